using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends.Cpu.Channels;
using MIOpenDarts.Layers.Backends.Cpu.Convolution;
using MIOpenDarts.Layers.Backends.Cpu.Elementwise;
using MIOpenDarts.Layers.Backends.Cpu.FactorizedReduce;
using MIOpenDarts.Layers.Backends.Cpu.Loss;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.NodeSum;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Pooling;
using MIOpenDarts.Layers.Backends.Cpu.Quantisation;
using MIOpenDarts.Layers.Backends.Cpu.Separable;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Machine;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

/// <summary>Makes the managed SIMD backend for the widest vectors of this processor.</summary>
internal static class CpuBackend
{
    /// <summary>Floats in the widest vector that the runtime uses here: 16, 8 or 4.</summary>
    public static int PreferredWidth => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>
    /// A backend with <paramref name="threads"/> threads (0: one for each core) and vectors of <paramref name="width"/> floats
    /// (0: the widest). Results depend on the width, never on the number of threads.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A width other than 0, 4, 8 or 16, or a negative number of threads.</exception>
    public static Backend<float> Create(int threads = 0, int width = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (width is not (0 or 4 or 8 or 16))
            throw new ArgumentOutOfRangeException(nameof(width), width, "A vector holds 4, 8 or 16 floats.");
        return Create(new WorkerPool(threads == 0 ? PhysicalCores.Count : threads), width);
    }

    /// <summary>A backend that computes with <paramref name="workers"/> and disposes them at its end.</summary>
    internal static Backend<float> Create(WorkerPool workers, int width = 0) => (width == 0 ? PreferredWidth : width) switch
    {
        16 => new CpuBackend<Simd512, Vector512<float>>(new CpuContext(workers, null)),
        8 => new CpuBackend<Simd256, Vector256<float>>(new CpuContext(workers, null)),
        _ => new CpuBackend<Simd128, Vector128<float>>(new CpuContext(workers, null)),
    };
}

/// <summary>
/// The managed SIMD path: channels innermost (NHWC), vectors over channels and, with few channels, over neighbouring pixels; no allocation
/// in a step; results equal bit by bit for every number of threads. Each kind of operation is a room of its own; what their kernels are
/// built from is in Building.
/// </summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
internal sealed unsafe class CpuBackend<S, V>(CpuContext context) : Backend<float>
    where S : struct, ISimd<V>
{
    // Counts up with every version that orders a sum differently from the one before.
    private const int Revision = 4;

    private readonly ElementwiseOperations<S, V> elementwise = new(context);
    private readonly VectorOperations<S, V> vectors = new(context);
    private readonly ChannelConcat<S, V> concat = new(context);
    private readonly PartialChannels<S, V> partial = new(context);
    private readonly GemmConvolution<S, V> gemm = new(context);
    private readonly DepthwiseConvolution<S, V> depthwise = new(context);
    private readonly Linear<S, V> linear = new(context);
    private readonly BatchNorm<S, V> batchNorm = new(context);
    private readonly Quantiser<S, V> quantiser = new(context);
    private readonly Pools<S, V> pools = new(context);
    private readonly GlobalAverage<S, V> globalAverage = new(context);
    private readonly PlainFactorizedReduce<S, V> factorizedReduce = new(context);

    public override string Name => "cpu";
    public override string Description =>
        $"{S.Width * 32}-bit vectors, {Threads} thread{(Threads == 1 ? "" : "s")}";
    public override int Threads => context.Workers.Threads;
    public override string Signature => $"cpu/Single/{S.Width * 32}/{Revision}";

    internal override string Implementation(PlainOperation operation) => $"cpu {S.Width * 32} bits, " + operation switch
    {
        PlainOperation.DepthwiseConvolution => "depthwise kernel over bordered copies",
        PlainOperation.PointwiseConvolution or PlainOperation.Linear => "gemm",
        PlainOperation.Convolution => "implicit gemm, tile by tile",
        PlainOperation.FactorizedReduce => "gemm over every second pixel",
        PlainOperation.Pool => "along rows, then down columns",
        _ => "image by image",
    };

    // Sums over the batch.
    internal override BatchLeaves Leaves { get => context.Leaves; set => context.Leaves = value; }
    internal override void SumOverProcesses(Tensor<float> sums)
    {
        if (context.Leaves.Shares) context.Leaves.Exchange!.Sum(new Span<float>(sums.Data(), checked((int)sums.Shape.Count)));
    }

    // The loss is exchanged before it is rounded.
    internal override (double Loss, int Correct) ReadLoss(Tensor<float> result, int images) => (result.Data()[0], (int)result.Data()[1]);

    // Memory.
    public override long? FreeBytes => context.Tally is null ? null : long.MaxValue;
    internal override Backend<float> Counting(MemoryTally tally) => new CpuBackend<S, V>(
        new CpuContext(context.Workers, tally) { Leaves = context.Leaves });
    public override Storage Allocate(long bytes) => context.Allocate(bytes);
    public override void Upload<TElement>(ReadOnlySpan<TElement> source, Tensor<TElement> dst) =>
        source.CopyTo(new Span<TElement>((void*)dst.Address, checked((int)dst.Shape.Count)));
    public override void Download<TElement>(Tensor<TElement> src, Span<TElement> destination) =>
        new ReadOnlySpan<TElement>((void*)src.Address, checked((int)src.Shape.Count)).CopyTo(destination);
    public override void WriteImages(ReadOnlySpan<float> nchw, Tensor<float> dst) => ImageLayout.Write(nchw, dst);
    public override void ReadImages(Tensor<float> src, Span<float> nchw) => ImageLayout.Read(src, nchw);

    // Elements.
    public override void Fill(Tensor<float> dst, float value) => elementwise.Fill(dst, value);
    public override void Copy(Tensor<float> src, Tensor<float> dst) => elementwise.Copy(src, dst);
    public override void Add(Tensor<float> src, Tensor<float> dst) => elementwise.Add(src, dst);
    public override void ReluForward(Tensor<float> src, Tensor<float> dst) => elementwise.ReluForward(src, dst);
    public override void ReluBackward(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate) =>
        elementwise.ReluBackward(src, diffDst, diffSrc, accumulate);
    public override void ScaleForward(Tensor<float> src, Tensor<float> weights, int index, Tensor<float> dst, bool accumulate) =>
        elementwise.ScaleForward(src, weights, index, dst, accumulate);
    public override void ScaleBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, int index) =>
        vectors.ScaleBackwardWeights(src, diffDst, diffWeights, index);
    public override void ScaleImages(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate) =>
        elementwise.ScaleImages(src, factors, dst, accumulate);
    public override void Multiply(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate) =>
        elementwise.Multiply(src, factors, dst, accumulate);

    // Vectors and optimisers.
    public override void AddScaled(double factor, Tensor<float> x, Tensor<float> y) => vectors.AddScaled(factor, x, y);
    public override void ScaleVector(Tensor<float> x, double factor) => vectors.ScaleVector(x, factor);
    public override double SquaredNorm(Tensor<float> x) => vectors.SquaredNorm(x);
    public override void SgdStep(
        Tensor<float> weights, Tensor<float> diffs, Tensor<float> momentumBuffer, double rate, double momentum, double decay,
            bool nesterov) =>
        vectors.SgdStep(weights, diffs, momentumBuffer, rate, momentum, decay, nesterov);
    public override void AdamStep(Tensor<float> weights, Tensor<float> diffs, Tensor<float> mean, Tensor<float> meanSquare,
        in AdamSettings settings) =>
        vectors.AdamStep(weights, diffs, mean, meanSquare, settings);

    // Channels.
    public override void ConcatForward(ReadOnlySpan<Tensor<float>> sources, Tensor<float> dst) => concat.Forward(sources, dst);
    public override void ConcatBackward(Tensor<float> diffDst, ReadOnlySpan<Tensor<float>> diffSources, bool accumulate) =>
        concat.Backward(diffDst, diffSources, accumulate);
    public override void PartialSplitForward(Tensor<float> src, Tensor<float> head, Tensor<float> bypass, Tensor<byte>? taps) =>
        partial.SplitForward(src, head, bypass, taps);
    public override void PartialSplitBackward(
        Tensor<float> diffHead, Tensor<float> diffBypass, Tensor<byte>? taps, Tensor<float> diffSrc, bool accumulate) =>
        partial.SplitBackward(diffHead, diffBypass, taps, diffSrc, accumulate);
    public override void PartialMergeForward(Tensor<float> mixed, Tensor<float> bypass, Tensor<float> dst) =>
        partial.MergeForward(mixed, bypass, dst);
    public override void PartialMergeBackward(Tensor<float> diffDst, Tensor<float> diffMixed, Tensor<float> diffBypass) =>
        partial.MergeBackward(diffDst, diffMixed, diffBypass);

    // Convolutions.
    internal override void PrepareConvolution(
        MemoryPlan<float> plan, Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window, int groups)
    {
        if (IsDepthwise(weights, groups)) depthwise.Plan(src.Shape, dst.Shape, window);
        else gemm.Plan(Call(src, weights, dst, window, groups));
    }

    public override void ConvolutionForward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window, int groups)
    {
        if (IsDepthwise(weights, groups)) depthwise.Forward(src, weights, dst, window);
        else gemm.Forward(Call(src, weights, dst, window, groups), src, weights, dst);
    }

    public override void ConvolutionBackwardData(
        Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, int groups, bool accumulate)
    {
        if (IsDepthwise(weights, groups)) depthwise.BackwardData(diffDst, weights, diffSrc, window, accumulate);
        else gemm.BackwardData(Call(diffSrc, weights, diffDst, window, groups), diffDst, weights, diffSrc, accumulate);
    }

    public override void ConvolutionBackwardWeights(
        Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Window2D window, int groups)
    {
        if (IsDepthwise(diffWeights, groups)) depthwise.BackwardWeights(src, diffDst, diffWeights, window);
        else gemm.BackwardWeights(Call(src, diffWeights, diffDst, window, groups), src, diffDst, diffWeights);
    }

    public override void FactorizedReduceForward(Tensor<float> src, Tensor<float> even, Tensor<float> odd, Tensor<float> dst) =>
        factorizedReduce.Forward(src, even, odd, dst);
    public override void FactorizedReduceBackwardData(
        Tensor<float> diffDst, Tensor<float> even, Tensor<float> odd, Tensor<float> diffSrc, bool accumulate) =>
        factorizedReduce.BackwardData(diffDst, even, odd, diffSrc, accumulate);
    public override void FactorizedReduceBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffEven,
        Tensor<float> diffOdd) =>
        factorizedReduce.BackwardWeights(src, diffDst, diffEven, diffOdd);
    public override void LinearForward(Tensor<float> src, Tensor<float> weights, Tensor<float> bias, Tensor<float> dst) =>
        linear.Forward(src, weights, bias, dst);
    public override void LinearBackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc) =>
        linear.BackwardData(diffDst, weights, diffSrc);
    public override void LinearBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights,
        Tensor<float> diffBias) =>
        linear.BackwardWeights(src, diffDst, diffWeights, diffBias);

    // Batch norm and loss.
    public override void NormalizationStatistics(Tensor<float> src, BatchNormState<float> norm) =>
        batchNorm.NormalizationStatistics(src, norm);
    public override void NormalizationInference(BatchNormState<float> norm) => batchNorm.NormalizationInference(norm);
    public override void NormalizationForward(Tensor<float> src, BatchNormState<float> norm, Tensor<float> dst) =>
        batchNorm.NormalizationForward(src, norm, dst);
    public override void NormalizationBackward(
        Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate,
            bool weightGradients) =>
        batchNorm.NormalizationBackward(src, norm, diffDst, diffSrc, accumulate, weightGradients);
    public override void NormalizationGradient(DeferredBatchNorm<float> v, Tensor<float>? weights, int index, Tensor<float>? diffWeights) =>
        batchNorm.NormalizationGradient(v, weights, index, diffWeights);
    public override void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<float>> values, Tensor<float> diffSrc, bool accumulate) =>
        batchNorm.NormalizationDiff(values, diffSrc, accumulate);
    public override void AffineGradient(DeferredBatchNorm<float> v, Tensor<float> diffDst, Tensor<float> scratch, bool weightGradients) =>
        batchNorm.AffineGradient(v, diffDst, weightGradients);
    public override void CrossEntropy(
        Tensor<float> logits, Tensor<int> labels, Tensor<float> result, Tensor<float>? diffLogits, double labelSmoothing = 0,
            double lossScale = 1) =>
        CrossEntropyLoss.Run(logits, labels, result, diffLogits, labelSmoothing, lossScale, context.Leaves);

    // Bytes.
    internal override void QuantiseForward(Tensor<float> src, Tensor<float>? bias, Tensor<float> dst, ByteScale scale) =>
        quantiser.Forward(src, bias, dst, scale);
    internal override void QuantiseBackward(
        Tensor<float> src, Tensor<float>? bias, Tensor<float> diffDst, Tensor<float> diffSrc, Tensor<float>? diffBias, ByteScale scale,
        bool accumulate) =>
        quantiser.Backward(src, bias, diffDst, diffSrc, diffBias, scale, accumulate);

    // Pools.
    public override void MaxPoolForward(Tensor<float> src, Tensor<float> dst, Tensor<byte> indices, Window2D window) =>
        pools.MaxForward(src, dst, indices, window);
    public override void MaxPoolBackward(Tensor<float> diffDst, Tensor<byte> indices, Tensor<float> diffSrc, Window2D window,
        bool accumulate) =>
        pools.MaxBackward(diffDst, indices, diffSrc, window, accumulate);
    public override void AveragePoolForward(Tensor<float> src, Tensor<float> dst, Window2D window) =>
        pools.AverageForward(src, dst, window);
    public override void AveragePoolBackward(Tensor<float> diffDst, Tensor<float> diffSrc, Window2D window, bool accumulate) =>
        pools.AverageBackward(diffDst, diffSrc, window, accumulate);
    public override void GlobalAverageForward(Tensor<float> src, Tensor<float> dst) => globalAverage.Forward(src, dst);
    public override void GlobalAverageBackward(Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate) =>
        globalAverage.Backward(diffDst, diffSrc, accumulate);

    // What edges of a cell share.
    internal override Operation<float> PlanSeparable(MemoryPlan<float> plan, ActiveList<SeparableBranch<float>> branches) =>
        plan.Add(new SeparableOperation<S, V>(context, branches));
    internal override Operation<float> PlanFactorizedReduce(
        MemoryPlan<float> plan, Tensor<float> src, ActiveList<FactorizedReduceBranch<float>> branches) =>
        plan.Add(new FactorizedReduceOperation<S, V>(context, this, src, branches));
    internal override Operation<float> PlanSharedPools(MemoryPlan<float> plan, SharedPools<float> shared) =>
        plan.Add(new PoolsOperation<S, V>(context, plan, shared));
    internal override Operation<float> PlanNodeSum(MemoryPlan<float> plan, NodeSum<float> sum) =>
        plan.Add(new NodeSumOperation<S, V>(context, sum));

    protected override void Dispose(bool disposing)
    {
        if (disposing) context.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsDepthwise(Tensor<float> weights, int groups) => weights.Shape.C == 1 && weights.Shape.N == groups;
    private static ConvolutionCall Call(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window, int groups) =>
        new(src.Shape, dst.Shape, window, groups, weights.Shape.N / groups);
}

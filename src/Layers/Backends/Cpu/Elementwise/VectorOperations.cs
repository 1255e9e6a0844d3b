using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Elementwise;

/// <summary>Operations over flat vectors, and the steps of the optimisers.</summary>
internal sealed unsafe class VectorOperations<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    private readonly ElementwiseOperations<S, V> elementwise = new(context);

    public void AddScaled(double factor, Tensor<float> x, Tensor<float> y) =>
        elementwise.Each(new AddedScaled((float)factor, x.Data(), y.Data()), x.Shape.Count);

    public void ScaleVector(Tensor<float> x, double factor) => elementwise.Scale(x, (float)factor, x, accumulate: false);

    public double SquaredNorm(Tensor<float> x) => Dot(x.Data(), x.Data(), x.Shape.Count);

    public void SgdStep(
        Tensor<float> weights, Tensor<float> diffs, Tensor<float> momentumBuffer, double rate, double momentum, double decay,
            bool nesterov) =>
        elementwise.Each(
            new SgdUpdate(weights.Data(), diffs.Data(), momentumBuffer.Data(), (float)-rate, (float)momentum, (float)decay, nesterov),
                weights.Shape.Count);

    public void AdamStep(Tensor<float> weights, Tensor<float> diffs, Tensor<float> mean, Tensor<float> meanSquare,
        in AdamSettings settings) =>
        elementwise.Each(new AdamUpdate(weights.Data(), diffs.Data(), mean.Data(), meanSquare.Data(), settings), weights.Shape.Count);

    public void ScaleBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, int index)
    {
        var groups = new ImageGroups(src.Shape.N, context.Leaves.Parts);
        var sums = stackalloc double[groups.Count];
        for (var g = 0; g < groups.Count; g++)
        {
            var first = groups.First(g) * src.Shape.CountPerImage;
            sums[g] = Dot(src.Data() + first, diffDst.Data() + first, groups.First(g + 1) * src.Shape.CountPerImage - first);
        }

        GroupSums.Add(sums, groups.Count, 1);
        context.Leaves.QueueSums(sums, 1);
        context.Leaves.ExchangeQueued();
        diffWeights.Data()[index] += (float)*sums;
    }

    private double Dot(float* x, float* y, long count)
    {
        var pattern = ChannelPattern.Long(1, S.Width);
        context.Reserve(2 * DotItems + pattern, 2 * pattern, out var shared, out var threads);
        new Span<float>(shared, 2 * DotItems + pattern).Clear();
        var work = new DotParts(x, y, count, pattern, (double*)shared, threads, context.FloatsPerThread);
        context.Workers.Run(DotItems, ref work);
        double sum = 0;
        for (var item = 0; item < DotItems; item++) sum += ((double*)shared)[item];
        return sum;
    }

    private const int DotItems = 16;

    // x, y: [count] float32, parts: [items] float64, zeros: [pattern] float32 after them. Item: an equal part of the vectors.
    private readonly struct DotParts(float* x, float* y, long count, int pattern, double* parts, float* threads, nint pitch) : IParallelBody
    {
        // Summed in single precision, then added up in double.
        private const int TileFloats = 16384;

        public void Run(int item, int thread)
        {
            var chunk = (count + DotItems - 1) / DotItems;
            chunk = (chunk + pattern - 1) / pattern * pattern;
            var (end, zeros) = (Math.Min(count, (item + 1) * chunk), new nint(parts + DotItems));
            var sums = threads + thread * pitch;
            for (var first = item * chunk; first < end; first += TileFloats)
            {
                double tile = 0;
                new Span<float>(sums, 2 * pattern).Clear();
                ChannelSums<S, V>.Products(
                    x + first, y + first, (float*)zeros, (int)Math.Min(TileFloats, end - first), pattern / S.Width, sums,
                    y + first + PrefetchL2.Distance);
                ChannelPattern.Fold(sums + pattern, &tile, 1, pattern);
                parts[item] += tile;
            }
        }
    }

    // x, y: [count] float32
    private readonly struct AddedScaled(float factor, float* x, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) =>
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Broadcast(factor), S.Load(x + i), S.Load(y + i)), y + i, count);
    }

    // w, d, m: [count] float32
    private readonly struct SgdUpdate(float* w, float* d, float* m, float minusRate, float momentum, float decay, bool nesterov)
        : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var weight = S.Load(w + i);
            var gradient = S.MultiplyAdd(S.Broadcast(decay), weight, S.Load(d + i));
            var velocity = S.MultiplyAdd(S.Broadcast(momentum), S.Load(m + i), gradient);
            var step = nesterov ? S.MultiplyAdd(S.Broadcast(momentum), velocity, gradient) : velocity;
            LaneStores<S, V>.Put(velocity, m + i, count);
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Broadcast(minusRate), step, weight), w + i, count);
        }
    }

    // w, d, m, v: [count] float32
    private readonly struct AdamUpdate(float* w, float* d, float* m, float* v, AdamSettings settings) : IElementwise
    {
        private readonly float decay = (float)settings.WeightDecay;
        private readonly float beta1 = (float)settings.Beta1;
        private readonly float rest1 = (float)(1 - settings.Beta1);
        private readonly float beta2 = (float)settings.Beta2;
        private readonly float rest2 = (float)(1 - settings.Beta2);
        private readonly float rate = (float)settings.CorrectedRate;
        private readonly float factor = (float)settings.RootFactor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var weight = S.Load(w + i);
            var gradient = S.MultiplyAdd(S.Broadcast(decay), weight, S.Load(d + i));
            var mean = S.MultiplyAdd(S.Broadcast(beta1), S.Load(m + i), S.Multiply(S.Broadcast(rest1), gradient));
            var square = S.MultiplyAdd(S.Broadcast(beta2), S.Load(v + i), S.Multiply(S.Multiply(S.Broadcast(rest2), gradient), gradient));
            LaneStores<S, V>.Put(mean, m + i, count);
            LaneStores<S, V>.Put(square, v + i, count);
            var root = S.MultiplyAdd(S.Broadcast(factor), S.SquareRoot(square), S.Broadcast((float)AdamSettings.Epsilon));
            LaneStores<S, V>.Put(S.Subtract(weight, S.Divide(S.Multiply(S.Broadcast(rate), mean), root)), w + i, count);
        }
    }
}

using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Convolution;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.FactorizedReduce;

/// <summary>
/// Factorized reductions of one source, image by image, so that what passes from one operation to the next stays in a cache. Of every four
/// pixels a reduction reads two: these are sorted, rectified, into two small images of pixels one after the other.
/// </summary>
internal sealed unsafe class FactorizedReduceOperation<S, V> : Operation<float>, IScratchLayout
    where S : struct, ISimd<V>
{
    private readonly CpuContext context;
    private readonly Tensor<float> src;
    private readonly ActiveList<FactorizedReduceBranch<float>> branches;
    private readonly Backend<float> backend;
    private readonly GemmConvolution<S, V> gemm;
    private readonly Descriptors<FactorizedReduceCall> calls = new(1);
    private readonly Descriptors<FactorizedReduceOutput> outputs;
    private readonly ScratchPlace place;

    public FactorizedReduceOperation(
        CpuContext context, Backend<float> backend, Tensor<float> src, ActiveList<FactorizedReduceBranch<float>> branches)
    {
        (this.context, this.backend, this.src, this.branches, gemm) = (context, backend, src, branches, new(context));
        outputs = new(branches.All.Count);
        place = new ScratchPlace(context, this);
    }

    internal override bool CanReadSegments => true;

    public override string Describe() =>
        $"cpu {S.Width * 32} bits, image by image, gemm over every second pixel: " +
            $"{FactorizedReduceBranch<float>.Describe(src, branches.All)}";

    public override void Forward(bool training)
    {
        if (branches.Active.IsEmpty) return;
        var work = new FactorizedReduceForward(Prepare(backward: false));
        context.Workers.Run(src.Shape.N, ref work);
        foreach (var b in branches.Active) backend.UpdateStatistics(b.Dst.Value, b.Dst.Norm, training);
    }

    public override void Backward(bool weightGradients)
    {
        if (branches.Active.IsEmpty) return;
        var call = Prepare(backward: true);
        call->WeightGradients = weightGradients;
        var work = new FactorizedReduceBackward(call);
        context.Workers.Run(call->Groups.Count, ref work);
        for (var i = 0; i < call->Count && weightGradients; i++)
        {
            AddGradient(call->Outputs[i].Even, call->Groups.Count, branches.Active[i].Even.Diff!);
            AddGradient(call->Outputs[i].Odd, call->Groups.Count, branches.Active[i].Odd.Diff!);
        }
    }

    public void LayOut(ref BumpAllocator shared, ref BumpAllocator thread)
    {
        calls.First->Outputs = outputs.First;
        calls.First->LayOut<S, V>(src.Shape, branches.Active, context.Leaves.Parts, ref shared, ref thread);
    }

    private FactorizedReduceCall* Prepare(bool backward)
    {
        place.Take(src.Shape.N, branches.Version);
        calls.First->Fill(src, branches.Active, backward, context.Scratch);
        return calls.First;
    }

    private void AddGradient(in Half half, int groups, Tensor<float> diffWeights) =>
        gemm.AddGradient(half.Sums, groups, (nint)half.Floats, diffWeights, 1, SourceLayout.RoundUp(half.Channels, S.Width));

    // x: [N,H,W,I] float32, z_k: [N,H',W',O] float32. Item: image.
    private readonly struct FactorizedReduceForward(FactorizedReduceCall* call) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var memory = call->Threads + thread * call->FloatsPerThread;
            Sort(call, item, memory + call->Sorted);
            for (var i = 0; i < call->Count; i++)
            {
                ref var output = ref call->Outputs[i];
                var z = output.Value + item * output.Shape.CountPerImage;
                Forward(output.Shape.C, output.Even, memory, z);
                Forward(output.Shape.C, output.Odd, memory, z);
            }
        }

        private void Forward(int outputs, in Half half, float* memory, float* z)
        {
            var x = memory + call->Sorted + half.Shift * (nint)call->Pixels * call->PixelFloats;
            GemmRows<S, V>.Run(
                x, call->PixelFloats, half.Forward.Values, half.Forward.Row, z + half.First, outputs,
                (call->Pixels, half.Channels, call->Src.C), accumulate: false, memory + call->Tile);
        }
    }

    // The same, dy_k like z_k and dx like x. Item: a group of images, which has sums of its own.
    private readonly struct FactorizedReduceBackward(FactorizedReduceCall* call) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var memory = call->Threads + thread * call->FloatsPerThread;
            var dz = memory + call->DiffRaw;
            for (var i = 0; i < call->Count && call->WeightGradients; i++)
            {
                ref var output = ref call->Outputs[i];
                new Span<float>(output.Even.Sums + item * output.Even.Floats, (int)output.Even.Floats).Clear();
                new Span<float>(output.Odd.Sums + item * output.Odd.Floats, (int)output.Odd.Floats).Clear();
            }

            for (var n = call->Groups.First(item); n < call->Groups.First(item + 1); n++)
            {
                Sort(call, n, memory + call->Sorted);
                for (var i = 0; i < call->Count; i++)
                {
                    ref var output = ref call->Outputs[i];
                    var start = n * output.Shape.CountPerImage;
                    var diff = new BatchNorm<S, V>.NormalizedDiff(
                        output.Value + start, output.Diff + start, output.Gradient, dz, accumulate: false);
                    new Elementwise<S, V, BatchNorm<S, V>.NormalizedDiff>(diff, output.Shape.CountPerImage, output.Period).RunAll();
                    Backward(output.Shape, output.Even, memory, item, first: i == 0);
                    Backward(output.Shape, output.Odd, memory, item, first: i == 0);
                }

                AddSorted(call, n, memory + call->Sorted, memory + call->DiffSorted);
            }
        }

        private void Backward(Shape dst, in Half half, float* memory, int group, bool first)
        {
            var dz = memory + call->DiffRaw + half.First;
            var place = half.Shift * (nint)call->Pixels * call->PixelFloats;
            for (var row = 0; row < dst.H && call->WeightGradients; row += call->RowsTogether)
                Weights(half, memory + call->Sorted + place, dz, dst.C, row * dst.W, Math.Min(call->RowsTogether, dst.H - row) * dst.W,
                    memory + call->Tile, group);

            float* dx = memory + call->DiffSorted + place, products = first ? dx : memory + call->Tile;
            Gemm<S, V>.Run(
                dz, dst.C, 1, half.Backward.Values, half.Backward.Row, new OutputRowMap(products, call->PixelFloats), call->Pixels,
                call->Src.C, half.Channels, default(Store<S, V>), default(NoPrefetch));
            if (!first) LaneStores<S, V>.PutRun(products, dx, call->Pixels * call->PixelFloats, accumulate: true);
        }

        private void Weights(in Half half, float* x, float* dz, int outputs, int first, int pixels, float* products, int group)
        {
            Gemm<S, V>.Run(
                x + (nint)first * call->PixelFloats, 1, call->PixelFloats, dz + (nint)first * outputs, outputs,
                    new OutputRowMap(products, (nint)SourceLayout.RoundUp(half.Channels, S.Width)),
                call->Src.C, half.Channels, pixels, default(Store<S, V>), default(NoPrefetch));
            LaneStores<S, V>.PutRun(products, half.Sums + group * half.Floats, (int)half.Floats, accumulate: true);
        }
    }

    /// <summary>The pixels of an image that reductions read, rectified; what lies after the image's end is zero.</summary>
    private static void Sort(FactorizedReduceCall* call, int n, float* sorted)
    {
        for (var row = 0; row < call->SortedRows; row++, sorted += call->SortedWidth * call->PixelFloats)
        {
            PadCopy<S, V>.Pixels<Relu<S, V>>(call->X.From(call->PixelOf(n, row, out var inside)), inside, 2, sorted, call->PixelFloats);
            new Span<float>(sorted + inside * call->PixelFloats, (call->SortedWidth - inside) * call->PixelFloats).Clear();
        }
    }

    /// <summary>dx += the sorted pixels' gradient, through the ReLU.</summary>
    private static void AddSorted(FactorizedReduceCall* call, int n, float* sorted, float* diff)
    {
        var length = call->SortedWidth * call->PixelFloats;
        for (var row = 0; row < call->SortedRows; row++, sorted += length, diff += length)
            PadCopy<S, V>.AddMasked(diff, sorted, call->PixelFloats, call->DiffX.From(call->PixelOf(n, row, out var inside)), inside, 2);
    }
}

using MIOpenDarts.Layers.Backends.Cpu.Kernels;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

// Factorized reductions of one source, image by image, so that what passes from one operation to the next stays in a cache.
internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void HalvingsForward(Tensor<float> src, ReadOnlySpan<HalvingBranch<float>> branches, Tensor<float> rectified, bool training)
    {
        var call = LayOut(src, branches, transposed: false);
        // Where the shifted image ends earlier, its half of the last row and column is zero.
        foreach (var b in branches)
            if (src.Shape.H % 2 != 0 || src.Shape.W % 2 != 0) Fill(b.Dst.Value, 0);
        var work = new HalvingForward(call);
        team.Run(src.Shape.N, ref work);
        foreach (var b in branches) NormalizationPrepare(b.Dst.Value, b.Dst.Norm, training);
    }

    /// <inheritdoc/>
    public override void HalvingsBackward(
        Tensor<float> src, ReadOnlySpan<HalvingBranch<float>> branches, Tensor<float> rectified, Tensor<float> diffRectified, bool weightGradients)
    {
        var call = LayOut(src, branches, transposed: true);
        call->WeightGradients = weightGradients;
        var work = new HalvingBackward(call);
        team.Run(call->Groups.Count, ref work);
        for (var i = 0; i < branches.Length && weightGradients; i++)
        {
            AddGradient(call->Outputs[i].Even.Sums, call->Groups.Count, branches[i].Even.Diff!, branches[i].Even.Shape.N);
            AddGradient(call->Outputs[i].Odd.Sums, call->Groups.Count, branches[i].Odd.Diff!, branches[i].Odd.Shape.N);
        }
    }

    /// <summary>Describes the branches in scratch memory: once at address zero to learn the size, then for good.</summary>
    private HalvingCall* LayOut(Tensor<float> src, ReadOnlySpan<HalvingBranch<float>> branches, bool transposed)
    {
        var counted = default(HalvingCall);
        var (cursor, thread) = (default(MemoryCursor), default(MemoryCursor));
        cursor.Take<HalvingCall>(1);
        counted.LayOut(src, branches, transposed, ref cursor, ref thread);
        scratch.Reserve(cursor.Used, thread.Used, team.Threads);
        cursor = new MemoryCursor(scratch.Shared);
        thread = default;
        var call = cursor.Take<HalvingCall>(1);
        *call = default;
        call->LayOut(src, branches, transposed, ref cursor, ref thread);
        call->Threads = scratch.Threads;
        call->FloatsPerThread = scratch.FloatsPerThread;
        return call;
    }

    /// <summary>Half of the channels of a reduction: the pixels from (shift, shift) on.</summary>
    private struct Half
    {
        public int Shift, First, Channels;

        /// <summary>Packed for the product over the source's channels or, on the way back, over these.</summary>
        public float* Filters;

        /// <summary>[groups][I][channels rounded up].</summary>
        public float* Sums;
        public long Floats;

        public void LayOut(Tensor<float> filter, int shift, int first, int groups, bool transposed, ref MemoryCursor cursor)
        {
            var (outputs, inputs) = (filter.Shape.N, filter.Shape.C);
            (Shift, First, Channels) = (shift, first, outputs);
            Floats = FilterBank<S, V>.PackedFloats(inputs, outputs);
            Filters = cursor.Take((nint)(transposed ? FilterBank<S, V>.PackedFloats(outputs, inputs) : Floats));
            if (transposed) Sums = cursor.Take((nint)(groups * Floats));
            if (cursor.IsReal) PackFilters(filter, transposed, Filters);
        }
    }

    /// <summary>A reduction: raw output z [N,H',W',O], its gradient behind the batch norm, and dz = a·diff + b·z + c by pattern.</summary>
    private struct HalvedOutput
    {
        public Shape Shape;
        public int Period;
        public float* Value, Diff, DiffScale, ValueScale, Offset;
        public Half Even, Odd;
    }

    private struct HalvingCall
    {
        public Shape Src;
        public float* X, DiffX;
        public int Count;
        public HalvedOutput* Outputs;
        public ImageGroups Groups;
        public bool WeightGradients;

        /// <summary>0, 1, 2, …: the channels of a pixel, one behind the other.</summary>
        public int* Channels;
        public float* Threads;
        public nint FloatsPerThread;

        /// <summary>In a thread's memory: rectified image, its gradient, an image of dz.</summary>
        public nint Rectified, DiffRectified, DiffRaw;

        public void LayOut(
            Tensor<float> src, ReadOnlySpan<HalvingBranch<float>> branches, bool transposed, ref MemoryCursor cursor, ref MemoryCursor thread)
        {
            (Src, Count) = (src.Shape, branches.Length);
            X = P(src);
            DiffX = transposed ? P(src.Diff!) : null;
            Outputs = cursor.Take<HalvedOutput>(Count);
            Groups = new ImageGroups(Src.N, FilterBank<S, V>.PackedFloats(Src.C, branches[0].Dst.Norm.Channels));
            Channels = cursor.Take<int>(Src.C);
            for (var k = 0; k < Src.C && cursor.IsReal; k++) Channels[k] = k;
            nint largest = 0;
            for (var i = 0; i < Count; i++)
            {
                var v = branches[i].Dst;
                var (output, half) = (new HalvedOutput { Shape = v.Value.Shape, Value = P(v.Value) }, branches[i].Even.Shape.N);
                output.Even.LayOut(branches[i].Even, 0, 0, Groups.Count, transposed, ref cursor);
                output.Odd.LayOut(branches[i].Odd, 1, half, Groups.Count, transposed, ref cursor);
                largest = Math.Max(largest, (nint)output.Shape.CountPerImage);
                if (transposed) LayOutGradient(v, ref output, ref cursor);
                if (cursor.IsReal) Outputs[i] = output;
            }

            Rectified = thread.TakeOffset((nint)Src.CountPerImage + S.Width);
            if (!transposed) return;
            DiffRectified = thread.TakeOffset((nint)Src.CountPerImage + S.Width);
            DiffRaw = thread.TakeOffset(largest + S.Width);
        }

        private static void LayOutGradient(NormalizedTensor<float> v, ref HalvedOutput output, ref MemoryCursor cursor)
        {
            output.Period = ChannelPattern.Long<S, V>(v.Norm.Channels);
            output.Diff = P(v.Diff!);
            output.DiffScale = cursor.Take(output.Period);
            output.ValueScale = cursor.Take(output.Period);
            output.Offset = cursor.Take(output.Period);
            if (!cursor.IsReal) return;
            ChannelPattern.Fill(output.DiffScale, P(v.DiffScale), v.Norm.Channels, output.Period);
            ChannelPattern.Fill(output.ValueScale, P(v.ValueScale), v.Norm.Channels, output.Period);
            ChannelPattern.Fill(output.Offset, P(v.Offset), v.Norm.Channels, output.Period);
        }
    }

    // x: [N,H,W,I] float32, z_k: [N,H',W',O] float32. Item: image.
    private readonly struct HalvingForward(HalvingCall* call) : IWork
    {
        public void Run(int item, int thread)
        {
            var x = call->Threads + thread * call->FloatsPerThread + call->Rectified;
            RectifiedImage(call, item, x);
            for (var i = 0; i < call->Count; i++)
            {
                ref var output = ref call->Outputs[i];
                var z = output.Value + item * output.Shape.CountPerImage;
                Forward(output.Shape, output.Even, x, z, thread);
                Forward(output.Shape, output.Odd, x, z, thread);
            }
        }

        private void Forward(Shape dst, in Half half, float* x, float* z, int thread)
        {
            var pixels = Strided(x, call->Src, z, dst, Halving, half.Shift, half.First);
            new PixelProduct(pixels, new Runs(1, call->Src.C, call->Channels), half.Filters, half.Channels, accumulate: false).Run(0, thread);
        }
    }

    // The same, dy_k like z_k and dx like x. Item: a group of images, which has sums of its own.
    private readonly struct HalvingBackward(HalvingCall* call) : IWork
    {
        public void Run(int item, int thread)
        {
            var memory = call->Threads + thread * call->FloatsPerThread;
            float* x = memory + call->Rectified, dx = memory + call->DiffRectified, dz = memory + call->DiffRaw;
            var size = call->Src.CountPerImage;
            for (var i = 0; i < call->Count && call->WeightGradients; i++)
            {
                ref var output = ref call->Outputs[i];
                new Span<float>(output.Even.Sums + item * output.Even.Floats, (int)output.Even.Floats).Clear();
                new Span<float>(output.Odd.Sums + item * output.Odd.Floats, (int)output.Odd.Floats).Clear();
            }

            for (var n = call->Groups.First(item); n < call->Groups.First(item + 1); n++)
            {
                RectifiedImage(call, n, x);
                new Span<float>(dx, (int)size).Clear();
                for (var i = 0; i < call->Count; i++)
                {
                    ref var output = ref call->Outputs[i];
                    var start = n * output.Shape.CountPerImage;
                    Whole(
                        new NormalizedDiff(
                            output.Value + start, output.Diff + start, output.DiffScale, output.ValueScale, output.Offset, dz, accumulate: false),
                        output.Shape.CountPerImage, output.Period);
                    Backward(output.Shape, output.Even, x, dx, dz, item, thread);
                    Backward(output.Shape, output.Odd, x, dx, dz, item, thread);
                }

                Whole(new RectifiedDiff(x, dx, call->DiffX + n * size, accumulate: true), size, 4 * S.Width);
            }
        }

        private void Backward(Shape dst, in Half half, float* x, float* dx, float* dz, int group, int thread)
        {
            var pixels = Strided(x, call->Src, dz, dst, Halving, half.Shift, half.First);
            if (call->WeightGradients)
                FilterGradient<S, V>.Add(pixels.X, pixels.Y, pixels.Grid, call->Channels, call->Src.C, half.Channels, half.Sums + group * half.Floats);
            pixels = Strided(dx, call->Src, dz, dst, Halving, half.Shift, half.First).Reversed();
            new PixelProduct(pixels, new Runs(1, half.Channels, call->Channels), half.Filters, call->Src.C, accumulate: true).Run(0, thread);
        }
    }

    private static void RectifiedImage(HalvingCall* call, int n, float* x) =>
        Whole(new Rectified(call->X + n * call->Src.CountPerImage, x), call->Src.CountPerImage, 4 * S.Width);

    /// <summary>An expression over so many numbers, on the calling thread.</summary>
    private static void Whole<TExpression>(TExpression expression, long count, int period)
        where TExpression : unmanaged, IElementwise
    {
        var work = new Elementwise<S, V, TExpression>(expression, count, period);
        for (var piece = 0; piece < work.Items; piece++) work.Run(piece, 0);
    }
}

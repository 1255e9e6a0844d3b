using MIOpenDarts.Layers.Backends.Cpu.Kernels;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Separable;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

// What the threads need for factorized reductions, in scratch memory.
internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <summary>Describes the branches in scratch memory: once at address zero to learn the size, then for good.</summary>
    private HalvingCall* LayOut(Tensor<float> src, ReadOnlySpan<FactorizedReduceBranch<float>> branches, bool transposed)
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

        /// <summary>[I][channels] or, on the way back, [channels][I].</summary>
        public PackedFilter Filter;

        /// <summary>[groups][I][channels rounded up].</summary>
        public float* Sums;
        public long Floats;

        public void LayOut(Tensor<float> filter, int shift, int first, int groups, bool transposed, ref MemoryCursor cursor)
        {
            var (outputs, inputs) = (filter.Shape.N, filter.Shape.C);
            (Shift, First, Channels) = (shift, first, outputs);
            Floats = (long)inputs * FilterBank<S, V>.Padded(outputs);
            Filter = transposed ? PackedFilter.For(outputs, inputs, 1, S.Width) : PackedFilter.For(inputs, outputs, 1, S.Width);
            Filter.LayOut(ref cursor);
            if (transposed) Sums = cursor.Take((nint)(groups * Floats));
            if (!cursor.IsReal) return;
            if (transposed) Filter.Pack(P(filter), inputs, 1);
            else Filter.Pack(P(filter), 1, inputs);
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
        private const int TogetherFloats = 8192;

        public Shape Src;
        public ChannelSegments X, DiffX;
        public int Count;
        public HalvedOutput* Outputs;
        public ImageGroups Groups;
        public bool WeightGradients;

        public float* Threads;
        public nint FloatsPerThread;

        /// <summary>Floats from one sorted pixel to the next.</summary>
        public int PixelFloats;

        /// <summary>In a thread's memory: sorted pixels [2][Pixels][PixelFloats], their gradient, an image of dz, and the product of one half.</summary>
        public nint Sorted, DiffSorted, DiffRaw, Tile;

        /// <summary>Rows of outputs whose weight gradients are summed before they are added: with what they read they fill the first cache.</summary>
        public int RowsTogether;

        public void LayOut(
            Tensor<float> src, ReadOnlySpan<FactorizedReduceBranch<float>> branches, bool transposed, ref MemoryCursor cursor, ref MemoryCursor thread)
        {
            (Src, Count) = (src.Shape, branches.Length);
            X = new ChannelSegments(src);
            DiffX = transposed ? new ChannelSegments(src.Diff!) : default;
            Outputs = cursor.Take<HalvedOutput>(Count);
            Groups = new ImageGroups(Src.N, FilterBank<S, V>.PackedFloats(Src.C, branches[0].Dst.Norm.Channels));
            PixelFloats = FilterBank<S, V>.Padded(Src.C);
            var (largest, tile) = ((nint)0, 0);
            for (var i = 0; i < Count; i++)
            {
                var v = branches[i].Dst;
                var (output, half) = (new HalvedOutput { Shape = v.Value.Shape, Value = P(v.Value) }, branches[i].Even.Shape.N);
                output.Even.LayOut(branches[i].Even, 0, 0, Groups.Count, transposed, ref cursor);
                output.Odd.LayOut(branches[i].Odd, 1, half, Groups.Count, transposed, ref cursor);
                largest = Math.Max(largest, (nint)output.Shape.CountPerImage);
                tile = Math.Max(tile, FilterBank<S, V>.Padded(output.Odd.Channels));
                if (transposed) LayOutGradient(v, ref output, ref cursor);
                if (cursor.IsReal) Outputs[i] = output;
            }

            var sorted = 2 * (nint)Pixels * PixelFloats;
            Sorted = thread.TakeOffset(sorted);
            Tile = thread.TakeOffset(Math.Max((nint)Pixels * Math.Max(tile, PixelFloats), (nint)Src.C * tile));
            if (!transposed) return;
            DiffSorted = thread.TakeOffset(sorted);
            DiffRaw = thread.TakeOffset(largest + S.Width);
            RowsTogether = Math.Max(1, TogetherFloats / ((2 * Src.C + branches[0].Dst.Norm.Channels) * SortedWidth));
        }

        /// <summary>Rows of sorted pixels: those of an output for each shift.</summary>
        public readonly int SortedRows => 2 * ((Src.H + 1) / 2);

        /// <summary>Columns of sorted pixels, as of an output.</summary>
        public readonly int SortedWidth => (Src.W + 1) / 2;

        /// <summary>Pixels of an output.</summary>
        public readonly int Pixels => SortedRows / 2 * SortedWidth;

        /// <summary>Number of a sorted row's first pixel in the batch, of which <paramref name="inside"/> lie in the image, each the second of two.</summary>
        public readonly long PixelOf(int n, int row, out int inside)
        {
            var shift = row >= SortedRows / 2 ? 1 : 0;
            var h = 2 * row + shift - shift * SortedRows;
            inside = h < Src.H ? (Src.W - shift + 1) / 2 : 0;
            return ((long)n * Src.H + h) * Src.W + shift;
        }

        /// <summary>Asks for the pixels of one shift in image <paramref name="n"/> of a tensor like the source, in step with those of an output; nothing behind the last image.</summary>
        public readonly FetchScattered Ahead(in ChannelSegments tensor, int n, int shift) =>
            n < Src.N ? new(tensor.From(PixelOf(n, shift * SortedRows / 2, out _)), SortedWidth, Src.W) : default;

        private static void LayOutGradient(DeferredBatchNorm<float> v, ref HalvedOutput output, ref MemoryCursor cursor)
        {
            output.Period = ChannelPattern.Long<S, V>(v.Norm.Channels);
            output.Diff = P(v.Diff!);
            output.DiffScale = cursor.Take(output.Period);
            output.ValueScale = cursor.Take(output.Period);
            output.Offset = cursor.Take(output.Period);
            if (!cursor.IsReal) return;
            ChannelPattern.Fill(output.DiffScale, P(v.Gradient.Dy), v.Norm.Channels, output.Period);
            ChannelPattern.Fill(output.ValueScale, P(v.Gradient.Z), v.Norm.Channels, output.Period);
            ChannelPattern.Fill(output.Offset, P(v.Gradient.Constant), v.Norm.Channels, output.Period);
        }
    }
}

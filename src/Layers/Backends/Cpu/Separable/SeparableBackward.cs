using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>
/// The gradients of <see cref="SeparableForward{S,V}"/>, image by image: u is computed again rather than kept. Item: a group of images
/// of one call after the other, which has weight-gradient sums of its own.
/// </summary>
internal readonly unsafe struct SeparableBackward<S, V>(SeparableGradient* calls, int threads) : IParallelBody
    where S : struct, ISimd<V>
{
    public void Run(int item, int thread)
    {
        var groups = calls->Call.Groups.Count;
        Group(calls + item / groups, item % groups, new StaticPartition(groups, groups, threads).After(item % groups), thread);
    }

    private void Group(SeparableGradient* gradient, int item, int next, int thread)
    {
        ref var call = ref gradient->Call;
        var memory = call.Threads + thread * call.FloatsPerThread;
        var pattern = call.Source.Period * S.Width;
        if (call.BorderOwner[thread] != call.CallId)
            new Span<float>(memory + gradient->Middles, checked((int)(gradient->Together * gradient->Diff.Floats))).Clear();
        for (var i = 0; i < call.Count && gradient->WeightGradients; i++)
        {
            ref var b = ref call.Branches[i];
            new Span<float>(b.DepthwiseSums + (nint)item * b.Window.Taps * pattern, b.Window.Taps * pattern).Clear();
        }

        new Span<double>(gradient->SourceSums + (nint)item * 2 * call.Source.Channels, 2 * call.Source.Channels).Clear();
        var end = call.Groups.First(item + 1);
        for (var n = call.Groups.First(item); n < end; n++)
        {
            // After the group: what this thread takes next, if it is of the same call.
            var following = n + 1 < end ? n + 1 : next < 0 ? call.Images : call.Groups.First(next);
            var x = call.Rectify<S, V>(n, thread);
            for (var part = 0; part < gradient->Parts; part++)
            {
                for (var i = gradient->First(part); i < gradient->End(part); i++) Branch(gradient, i, n, following, item, x, memory);
                if (gradient->DiffSrc.First == null) continue;
                if (part < gradient->Parts - 1) DepthwiseDataGradient<S, V>.Part(*gradient, part, memory);
                else DepthwiseDataGradient<S, V>.Image(*gradient, n, following, item, x, memory);
            }
        }
    }

    private void Branch(SeparableGradient* gradient, int branch, int n, int following, int item, float* x, float* memory)
    {
        ref var call = ref gradient->Call;
        ref var b = ref call.Branches[branch];
        var dz = memory + call.Tile;
        var pattern = call.Source.Period * S.Width;
        var row = b.Width * b.Outputs;
        var start = (nint)n * b.Height * row;
        for (var h = 0; h < b.Height; h += b.TileRows)
        {
            var rows = Math.Min(b.TileRows, b.Height - h);
            DiffOfRaw(b, start + (nint)h * row, rows * row, dz);
            if (gradient->WeightGradients)
            {
                var tile = call.Depthwise<S, V>(b, x, h, rows, memory);
                PointwiseWeights(b, dz, tile, rows * b.Width, b.PointwiseSums + item * b.PointwiseFloats, first: h == 0
                    && n == call.Groups.First(item));
            }

            PointwiseData(gradient, b, dz, h, rows, memory, After(gradient, branch, n, following, item, h, rows));
        }

        if (!gradient->WeightGradients || !b.HasDepthwise) return;
        DepthwiseWeightGradient<S, V>.Run(
            memory + b.DiffMiddle + gradient->Diff.At(0, 0), gradient->Diff.Row, x,
                call.Source.StrideH * call.Source.RowFloats,
            b.Height, (b.Width * call.Source.Channels + S.Width - 1) / S.Width, b.Taps,
            b.DepthwiseSums + (nint)item * b.Window.Taps * pattern, call.Source.Period);
    }

    /// <summary>
    /// What is read after rows h … h + rows − 1 of a branch: z, its gradient, what a large filter needs and perhaps the next source.
    /// </summary>
    private static PrefetchRows After(SeparableGradient* gradient, int branch, int n, int following, int item, int h, int rows)
    {
        ref var call = ref gradient->Call;
        // Otherwise the source's gradient has time for it.
        var source = gradient->DiffSrc.First == null && branch == call.Count - 1 ? call.SourceAt(following, h).First : null;
        h += rows;
        if (h == call.Branches[branch].Height) (branch, h) = (branch + 1, 0);
        if (branch == call.Count) (n, branch) = (following, 0);
        if (n == call.Images) return default;
        ref var b = ref call.Branches[branch];
        nint row = b.Width * b.Outputs, start = (n * (nint)b.Height + h) * row;
        // The branches of one edge have one gradient, which the first of them has brought already.
        var known = branch > 0 && b.DiffDst == call.Branches[branch - 1].DiffDst;
        // A large filter and its gradient have left L2 since the last image.
        var large = h == 0 && gradient->WeightGradients && b.PointwiseFloats >= rows * row;
        return new PrefetchRows(
            b.Backward.Group * b.Outputs, b.Dst + start, known ? null : b.DiffDst + start, source,
            large ? b.Backward.Values : null, large ? b.PointwiseSums + item * b.PointwiseFloats : null);
    }

    /// <summary>dz = Dy · dy + Z · z + Constant, through the batch norm that follows the branch.</summary>
    private static void DiffOfRaw(in BranchCall b, nint start, int length, float* dz)
    {
        var diff = b.DiffDst + start;
        var z = b.Dst + start;
        var pattern = b.OutputPeriod * S.Width;
        for (var phase = 0; phase < pattern && phase < length; phase += S.Width)
        {
            var (ofDy, ofZ, constant) = (S.Load(b.Gradient.Dy + phase), S.Load(b.Gradient.Z + phase), S.Load(b.Gradient.Constant + phase));
            for (var i = phase; i < length; i += pattern)
                S.Store(S.MultiplyAdd(S.Load(diff + i), ofDy, S.MultiplyAdd(S.Load(z + i), ofZ, constant)), dz + i);
        }
    }

    /// <summary>
    /// sums[o][i] += Σ_pixels dz[pixel][o] · u[pixel][i], of which the <paramref name="first"/> are written; pixels of a group give blocks
    /// on the diagonal.
    /// </summary>
    private static void PointwiseWeights(in BranchCall b, float* dz, float* u, int pixels, float* sums, bool first)
    {
        var (outputs, inputs) = (b.Backward.Group * b.Outputs, b.Backward.Group * b.Backward.Outputs);
        var (k, dst) = (pixels / b.Backward.Group, new OutputRowMap(sums, b.Backward.Row));
        if (first) Gemm<S, V>.Run(dz, 1, outputs, u, inputs, dst, outputs, inputs, k, default(Store<S, V>), default(NoPrefetch));
        else Gemm<S, V>.Run(dz, 1, outputs, u, inputs, dst, outputs, inputs, k, default(Accumulate<S, V>), default(NoPrefetch));
    }

    /// <summary>du = dz · filterᵀ, rows h … h + rows − 1 into the bordered image.</summary>
    private static void PointwiseData(SeparableGradient* gradient, in BranchCall b, float* dz, int h, int rows, float* memory,
        PrefetchRows after)
    {
        var channels = gradient->Call.Source.Channels;
        var image = memory + b.DiffMiddle;
        var (length, width, group) = (b.Width * channels, b.Width / b.Backward.Group, b.Backward.Group);
        if (width >= 8)
        {
            // The product takes eight at a time: where rows of the image do not come out even, it must see them one by one.
            var together = width % 8 == 0 ? rows : 1;
            for (var r = 0; r < rows; r += together)
            {
                PackedGemm<S, V>.Pixels(
                    b.Backward, dz + (nint)r * b.Width * b.Outputs, together * b.Width,
                    new OutputRowMap(image + gradient->Diff.At(h + r, 0), group * channels, width, gradient->Diff.Row),
                        default(Store<S, V>),
                    after.From(r * width));
            }

            return;
        }

        // Short rows: the product wants at least eight of them, so it works on the packed tile.
        var tile = memory + gradient->DiffTile;
        PackedGemm<S, V>.Pixels(b.Backward, dz, rows * b.Width, tile, default(Store<S, V>), after);
        for (var r = 0; r < rows; r++)
            new Span<float>(tile + (nint)r * length, length).CopyTo(new Span<float>(image + gradient->Diff.At(h + r, 0), length));
    }
}

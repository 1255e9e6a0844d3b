using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>
/// Convolutions that mix channels, in groups or not, with any window: implicit GEMM, tile by tile of an image's rows. A 1x1 convolution, a
/// linear layer and the halves of a factorized reduction are such ones.
/// </summary>
internal sealed unsafe class GemmConvolution<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>Channels FirstOutput … of dst = src ∗ weights.</summary>
    public void Forward(in ConvolutionCall call, Tensor<float> src, Tensor<float> weights, Tensor<float> dst)
    {
        var (padded, group) = (call.PaddedOutputs<S, V>(), (nint)call.Depth * call.PaddedOutputs<S, V>());
        context.Reserve(call.Groups * group, call.TilePixels * ((nint)call.PaddedDepth<S, V>() + padded), out var packed, out var tiles);
        var w = weights.Data();
        for (var o = 0; o < weights.Shape.N; o++)
            for (var i = 0; i < call.Inputs; i++)
                for (var t = 0; t < call.Window.Taps; t++)
                    packed[o / call.Outputs * group + (nint)(t * call.Inputs + i) * padded + o % call.Outputs] = *w++;
        var work = new ForwardImages(call, src.Data(), packed, dst.Data(), tiles, context.FloatsPerThread);
        context.Workers.Run(call.Src.N, ref work);
    }

    /// <summary>diffSrc (+)= diffDst ∗ᵀ weights.</summary>
    public void BackwardData(in ConvolutionCall call, Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, bool accumulate)
    {
        var (padded, group) = (call.PaddedDepth<S, V>(), (nint)call.Outputs * call.PaddedDepth<S, V>());
        context.Reserve(call.Groups * group, (nint)call.TilePixels * padded, out var packed, out var tiles);
        var w = weights.Data();
        for (var o = 0; o < weights.Shape.N; o++)
            for (var i = 0; i < call.Inputs; i++)
                for (var t = 0; t < call.Window.Taps; t++) packed[(nint)o * padded + t * call.Inputs + i] = *w++;
        var work = new BackwardImages(call, diffDst.Data(), packed, diffSrc.Data(), accumulate, tiles, context.FloatsPerThread);
        context.Workers.Run(call.Src.N, ref work);
    }

    /// <summary>diffWeights += src ⋆ diffDst.</summary>
    public void BackwardWeights(in ConvolutionCall call, Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights)
    {
        var padded = call.PaddedDepth<S, V>();
        var floats = (nint)diffWeights.Shape.N * padded;
        var groups = new GradientGroups(call.Src.N, floats);
        context.Reserve(groups.Count * floats, (nint)call.TilePixels * padded, out var sums, out var tiles);
        var work = new WeightImages(call, src.Data(), diffDst.Data(), groups, sums, floats, tiles, context.FloatsPerThread);
        context.Workers.Run(groups.Count, ref work);
        AddGradient(sums, groups.Count, floats, diffWeights, padded, 1);
    }

    /// <summary>
    /// diffWeights[o, i, tap] += Σ over the groups, in their order, of sums[group][o · <paramref name="outputStep"/> + (tap · I + i) ·
    /// <paramref name="depthStep"/>].
    /// </summary>
    public void AddGradient(float* sums, int groups, nint floats, Tensor<float> diffWeights, nint outputStep, nint depthStep)
    {
        var work = new GradientTotal(sums, groups, floats, diffWeights.Data(), diffWeights.Shape, outputStep, depthStep);
        context.Workers.Run(diffWeights.Shape.N, ref work);
    }

    // x: [N,H,W,C], y: [N,H',W',C'], filters: [group][taps · I][O padded]; all float32. Item: image.
    private readonly struct ForwardImages(ConvolutionCall call, float* x, float* filters, float* y, float* tiles, nint pitch)
        : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (im2Col, depth, padded) = (call.Im2Col<S, V>(), (nint)call.PaddedDepth<S, V>(), call.PaddedOutputs<S, V>());
            float* cols = tiles + thread * pitch, products = cols + call.TilePixels * depth;
            var image = x + item * call.Src.CountPerImage;
            for (var h = 0; h < call.Dst.H; h += call.TileRows)
            {
                var rows = Math.Min(call.TileRows, call.Dst.H - h);
                var to = y + item * call.Dst.CountPerImage + (nint)h * call.Dst.W * call.Dst.C + call.FirstOutput;
                for (var g = 0; g < call.Groups; g++)
                {
                    if (!call.IsDirect) im2Col.Gather(image + g * call.Inputs, h, rows, cols);
                    var a = call.IsDirect ? image + (nint)h * call.Src.W * call.Src.C : cols;
                    Product(
                        a, call.IsDirect ? call.Src.C : depth, filters + g * (nint)call.Depth * padded, padded, to + g * call.Outputs,
                            call.Dst.C,
                        (rows * call.Dst.W, call.Outputs, call.Depth), accumulate: false, products);
                }
            }
        }
    }

    // dy: [N,H',W',C'], dx: [N,H,W,C], filters: [group][O][taps · I padded]; all float32. Item: image.
    private readonly struct BackwardImages(
        ConvolutionCall call, float* dy, float* filters, float* dx, bool accumulate, float* tiles, nint pitch) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (im2Col, depth) = (call.Im2Col<S, V>(), call.PaddedDepth<S, V>());
            var tile = tiles + thread * pitch;
            var image = dx + item * call.Src.CountPerImage;
            if (!call.IsDirect && !accumulate) new Span<float>(image, (int)call.Src.CountPerImage).Clear();
            for (var h = 0; h < call.Dst.H; h += call.TileRows)
            {
                var rows = Math.Min(call.TileRows, call.Dst.H - h);
                var from = dy + item * call.Dst.CountPerImage + (nint)h * call.Dst.W * call.Dst.C + call.FirstOutput;
                for (var g = 0; g < call.Groups; g++)
                {
                    var filter = filters + (nint)g * call.Outputs * depth;
                    var extents = (rows * call.Dst.W, call.Depth, call.Outputs);
                    if (call.IsDirect)
                    {
                        Product(from, call.Dst.C, filter, depth, image + (nint)h * call.Src.W * call.Src.C, call.Src.C, extents,
                            accumulate, tile);
                        continue;
                    }

                    Gemm<S, V>.Run(
                        from + g * call.Outputs, call.Dst.C, 1, filter, depth, new OutputRowMap(tile, depth), extents.Item1, call.Depth,
                            call.Outputs,
                        default(Store<S, V>), default(NoPrefetch));
                    im2Col.ScatterAdd(tile, h, rows, image + g * call.Inputs);
                }
            }
        }
    }

    // x: [N,H,W,C], dy: [N,H',W',C'], sums: [gradient group][group][O][taps · I padded]; all float32. Item: gradient group.
    private readonly struct WeightImages(
        ConvolutionCall call, float* x, float* dy, GradientGroups groups, float* sums, nint floats, float* tiles, nint pitch)
            : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (im2Col, depth) = (call.Im2Col<S, V>(), call.PaddedDepth<S, V>());
            float* cols = tiles + thread * pitch, to = sums + item * floats;
            new Span<float>(to, (int)floats).Clear();
            for (var n = groups.First(item); n < groups.First(item + 1); n++)
            {
                var image = x + n * call.Src.CountPerImage;
                for (var h = 0; h < call.Dst.H; h += call.TileRows)
                {
                    var rows = Math.Min(call.TileRows, call.Dst.H - h);
                    var from = dy + n * call.Dst.CountPerImage + (nint)h * call.Dst.W * call.Dst.C + call.FirstOutput;
                    for (var g = 0; g < call.Groups; g++)
                    {
                        if (!call.IsDirect) im2Col.Gather(image + g * call.Inputs, h, rows, cols);
                        var b = call.IsDirect ? image + (nint)h * call.Src.W * call.Src.C : cols;
                        Gemm<S, V>.Run(
                            from + g * call.Outputs, 1, call.Dst.C, b, call.IsDirect ? call.Src.C : depth,
                                new OutputRowMap(to + (nint)g * call.Outputs * depth, depth),
                            call.Outputs, call.Depth, rows * call.Dst.W, default(Accumulate<S, V>), default(NoPrefetch));
                    }
                }
            }
        }
    }

    // sums: [group][floats], dw: [O,I,kh,kw]; all float32. Item: output.
    private readonly struct GradientTotal(float* sums, int groups, nint floats, float* dw, Shape weights, nint outputStep, nint depthStep)
        : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var taps = weights.H * weights.W;
            var to = dw + (nint)item * weights.C * taps;
            for (var i = 0; i < weights.C; i++)
                for (var t = 0; t < taps; t++)
                {
                    double total = 0;
                    var from = sums + item * outputStep + (t * weights.C + i) * depthStep;
                    for (var g = 0; g < groups; g++) total += from[g * floats];
                    *to++ += (float)total;
                }
        }
    }

    /// <summary>
    /// c (+)= a · b, where c may have other numbers between its rows: through <paramref name="tile"/> where a row has no whole vectors.
    /// </summary>
    private static void Product(
        float* a, nint lda, float* b, nint ldb, float* c, nint ldc, (int M, int N, int K) extents, bool accumulate, float* tile)
    {
        var (m, n, k) = extents;
        if (n % S.Width == 0)
        {
            var rows = new OutputRowMap(c, ldc);
            if (accumulate) Gemm<S, V>.Run(a, lda, 1, b, ldb, rows, m, n, k, default(Accumulate<S, V>), default(NoPrefetch));
            else Gemm<S, V>.Run(a, lda, 1, b, ldb, rows, m, n, k, default(Store<S, V>), default(NoPrefetch));
            return;
        }

        var padded = SourceLayout.RoundUp(n, S.Width);
        Gemm<S, V>.Run(
            a, lda, 1, b, ldb, new OutputRowMap(tile, padded), m, n, k, default(Store<S, V>), default(NoPrefetch));
        for (var row = 0; row < m; row++) LaneStores<S, V>.PutRun(tile + row * padded, c + row * ldc, n, accumulate);
    }
}

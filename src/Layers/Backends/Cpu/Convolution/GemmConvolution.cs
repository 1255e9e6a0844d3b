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
{
    private enum Pass
    {
        Forward,
        Data,
        Weights,
    }

    /// <summary>Makes sure of the scratch memory of all passes.</summary>
    public void Plan(in ConvolutionCall call)
    {
        var filter = Math.Max((nint)call.Depth * call.PaddedOutputs(S.Width), (nint)call.Outputs * call.PaddedDepth(S.Width));
        context.Reserve(Math.Max(call.Groups * filter, Sums(call, out var floats).Count * floats), TileFloats(call), out _, out _);
    }

    /// <summary>Channels FirstOutput … of dst = src ∗ weights.</summary>
    public void Forward(in ConvolutionCall call, Tensor<float> src, Tensor<float> weights, Tensor<float> dst)
    {
        var filters = Pack(call, weights, byInput: true);
        Run(new Images(Pass.Forward, call, src.Data(), dst.Data(), filters, context.Scratch.Threads, context.FloatsPerThread), call.Src.N);
    }

    /// <summary>diffSrc (+)= diffDst ∗ᵀ weights.</summary>
    public void BackwardData(in ConvolutionCall call, Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, bool accumulate)
    {
        var filters = Pack(call, weights, byInput: false);
        Run(
            new Images(Pass.Data, call, diffSrc.Data(), diffDst.Data(), filters, context.Scratch.Threads, context.FloatsPerThread)
            {
                Accumulate = accumulate,
            },
            call.Src.N);
    }

    /// <summary>diffWeights += src ⋆ diffDst.</summary>
    public void BackwardWeights(in ConvolutionCall call, Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights)
    {
        var groups = Sums(call, out var floats);
        context.Reserve(groups.Count * floats, TileFloats(call), out var sums, out var tiles);
        var work = new Images(Pass.Weights, call, src.Data(), diffDst.Data(), sums, tiles, context.FloatsPerThread)
        {
            Batch = groups,
            SumFloats = floats,
        };
        Run(work, groups.Count);
        AddGradient(sums, groups.Count, floats, diffWeights, call.PaddedDepth(S.Width), 1);
    }

    /// <summary>
    /// diffWeights[o, i, tap] += Σ over the groups, by their tree, of sums[group][o · <paramref name="outputStep"/> + (tap · I + i) ·
    /// <paramref name="depthStep"/>].
    /// </summary>
    public void AddGradient(float* sums, int groups, nint floats, Tensor<float> diffWeights, nint outputStep, nint depthStep)
    {
        var work = new GradientTotal(sums, groups, floats, diffWeights.Data(), diffWeights.Shape, outputStep, depthStep);
        context.Workers.Run(diffWeights.Shape.N, ref work);
    }

    // A tile of cols, and one of products or, backward, of the gradient of cols.
    private static nint TileFloats(in ConvolutionCall call) =>
        call.TilePixels * ((nint)call.PaddedDepth(S.Width) + call.PaddedOutputs(S.Width));

    /// <summary>Groups of images with a partial sum of so many floats each.</summary>
    private ImageGroups Sums(in ConvolutionCall call, out nint floats)
    {
        floats = (nint)call.Groups * call.Outputs * call.PaddedDepth(S.Width);
        return new ImageGroups(call.Src.N, context.Leaves.Parts);
    }

    private void Run(Images work, int items) => context.Workers.Run(items, ref work);

    /// <summary>The filter in scratch memory: [group][taps · I][O padded] or, the other way round, [group][O][taps · I padded].</summary>
    private float* Pack(in ConvolutionCall call, Tensor<float> weights, bool byInput)
    {
        var (rows, row) = byInput ? (call.Depth, call.PaddedOutputs(S.Width)) : (call.Outputs, call.PaddedDepth(S.Width));
        context.Reserve((nint)call.Groups * rows * row, TileFloats(call), out var packed, out _);
        var work = new Packing(call, weights.Data(), packed, row, byInput);
        context.Workers.Run(call.Groups * rows, ref work);
        return packed;
    }

    // w: [O,I,kh,kw] float32, packed: a row for each input or for each output. Item: row.
    private readonly struct Packing(ConvolutionCall call, float* w, float* packed, int row, bool byInput) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var to = packed + (nint)item * row;
            var length = byInput ? call.Outputs : call.Depth;
            for (var i = 0; i < length; i++)
            {
                var (output, d) = byInput ? (item / call.Depth * call.Outputs + i, item % call.Depth) : (item, i);
                to[i] = w[(nint)output * call.Depth + d % call.Inputs * call.Window.Taps + d / call.Inputs];
            }

            if (FewChannels<S, V>.Fit(length)) ChannelPattern.Repeat(to, length, row);
        }
    }

    // x: [N,H,W,C] and y: [N,H',W',C'] or their gradients; filters as packed, or sums: [gradient group][group][O][taps · I padded]; all
    // float32. Item: image, or a group of them.
    private readonly struct Images(Pass pass, ConvolutionCall call, float* x, float* y, float* filters, float* tiles, nint pitch)
        : IParallelBody
    {
        public bool Accumulate { get; init; }

        public ImageGroups Batch { get; init; }

        public nint SumFloats { get; init; }

        public void Run(int item, int thread)
        {
            var cols = tiles + thread * pitch;
            var (first, end) = pass == Pass.Weights ? (Batch.First(item), Batch.First(item + 1)) : (item, item + 1);
            if (pass == Pass.Weights) new Span<float>(filters + item * SumFloats, (int)SumFloats).Clear();
            for (var n = first; n < end; n++)
            {
                var image = x + n * call.Src.CountPerImage;
                if (pass == Pass.Data && !call.IsDirect && !Accumulate) new Span<float>(image, (int)call.Src.CountPerImage).Clear();
                for (var h = 0; h < call.Dst.H; h += call.TileRows)
                    for (var g = 0; g < call.Groups; g++)
                        Tile(item, g, image + g * call.Inputs, h, y + n * call.Dst.CountPerImage + (nint)h * call.Dst.W * call.Dst.C
                            + call.FirstOutput + g * call.Outputs, cols);
            }
        }

        private void Tile(int item, int g, float* image, int h, float* outputs, float* cols)
        {
            var (im2Col, padded) = (call.Im2Col<S, V>(), (nint)call.PaddedDepth(S.Width));
            var rows = Math.Min(call.TileRows, call.Dst.H - h);
            var (pixels, input) = (rows * call.Dst.W, call.IsDirect ? call.Src.C : padded);
            // A 1x1 convolution reads the image itself.
            if (!call.IsDirect && pass != Pass.Data) im2Col.Gather(image, h, rows, cols);
            var inputs = call.IsDirect ? image + (nint)h * call.Src.W * call.Src.C : cols;
            switch (pass)
            {
                case Pass.Forward:
                    var byInput = filters + (nint)g * call.Depth * call.PaddedOutputs(S.Width);
                    GemmRows<S, V>.Run(
                        inputs, input, byInput, call.PaddedOutputs(S.Width), outputs, call.Dst.C, (pixels, call.Outputs, call.Depth),
                        accumulate: false, cols + call.TilePixels * padded);
                    break;
                case Pass.Data when call.IsDirect:
                    GemmRows<S, V>.Run(
                        outputs, call.Dst.C, filters, padded, inputs, input, (pixels, call.Depth, call.Outputs), Accumulate, cols);
                    break;
                case Pass.Data:
                    Gemm<S, V>.Run(
                        outputs, call.Dst.C, 1, filters + (nint)g * call.Outputs * padded, padded, new OutputRowMap(cols, padded), pixels,
                        call.Depth, call.Outputs, default(Store<S, V>), default(NoPrefetch));
                    im2Col.ScatterAdd(cols, h, rows, image);
                    break;
                default:
                    var sums = new OutputRowMap(filters + item * SumFloats + (nint)g * call.Outputs * padded, padded);
                    Gemm<S, V>.Run(outputs, 1, call.Dst.C, inputs, input, sums, call.Outputs, call.Depth, pixels, default(Accumulate<S, V>),
                        default(NoPrefetch));
                    break;
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
                    var from = sums + item * outputStep + (t * weights.C + i) * depthStep;
                    for (var step = 1; step < groups; step *= 2)
                        for (var g = 0; g < groups; g += 2 * step) from[g * floats] += from[(g + step) * floats];
                    *to++ += *from;
                }
        }
    }
}

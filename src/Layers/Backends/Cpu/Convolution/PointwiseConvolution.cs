using MIOpenDarts.Layers.Backends.Cpu.Elementwise;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>1x1 convolutions: a product of a pixel's channels and the filters. A stride skips pixels.</summary>
internal sealed unsafe class PointwiseConvolution<S, V>(CpuContext context, DenseConvolution<S, V> dense, ElementwiseOperations<S, V> elementwise)
    where S : struct, ISimd<V>
    where V : struct
{
    public void Forward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window)
    {
        var pixels = Strided(src.Data(), src.Shape, dst.Data(), dst.Shape, window, 0, 0);
        Product(pixels, PackFilters(weights, transposed: false), src.Shape.C, dst.Shape.C, accumulate: false);
    }

    public void BackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        var strided = window is not { StrideH: 1, StrideW: 1 };
        if (strided && !accumulate) elementwise.Fill(diffSrc, 0);
        var pixels = Strided(diffSrc.Data(), diffSrc.Shape, diffDst.Data(), diffDst.Shape, window, 0, 0).Reversed();
        Product(pixels, PackFilters(weights, transposed: true), diffDst.Shape.C, diffSrc.Shape.C, accumulate || strided);
    }

    public void BackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Window2D window) =>
        ProductGradient(
            Strided(src.Data(), src.Shape, diffDst.Data(), diffDst.Shape, window, 0, 0), src.Shape.N, diffWeights);

    public void FactorizedReduceForward(Tensor<float> src, Tensor<float> even, Tensor<float> odd, Tensor<float> dst)
    {
        var half = even.Shape.N;
        // Where the shifted image ends earlier, its half of the last row and column is zero.
        if (src.Shape.H % 2 != 0 || src.Shape.W % 2 != 0) elementwise.Fill(dst, 0);
        var pixels = Strided(src.Data(), src.Shape, dst.Data(), dst.Shape, Halving, 0, 0);
        Product(pixels, PackFilters(even, transposed: false), src.Shape.C, half, accumulate: false);
        pixels = Strided(src.Data(), src.Shape, dst.Data(), dst.Shape, Halving, 1, half);
        Product(pixels, PackFilters(odd, transposed: false), src.Shape.C, dst.Shape.C - half, accumulate: false);
    }

    public void FactorizedReduceBackwardData(
        Tensor<float> diffDst, Tensor<float> even, Tensor<float> odd, Tensor<float> diffSrc, bool accumulate)
    {
        var half = even.Shape.N;
        if (!accumulate) elementwise.Fill(diffSrc, 0);
        var pixels = Strided(diffSrc.Data(), diffSrc.Shape, diffDst.Data(), diffDst.Shape, Halving, 0, 0).Reversed();
        Product(pixels, PackFilters(even, transposed: true), half, diffSrc.Shape.C, accumulate: true);
        pixels = Strided(diffSrc.Data(), diffSrc.Shape, diffDst.Data(), diffDst.Shape, Halving, 1, half).Reversed();
        Product(pixels, PackFilters(odd, transposed: true), diffDst.Shape.C - half, diffSrc.Shape.C, accumulate: true);
    }

    public void FactorizedReduceBackwardWeights(
        Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffEven, Tensor<float> diffOdd)
    {
        var (x, y) = (src.Shape, diffDst.Shape);
        ProductGradient(Strided(src.Data(), x, diffDst.Data(), y, Halving, 0, 0), x.N, diffEven);
        ProductGradient(Strided(src.Data(), x, diffDst.Data(), y, Halving, 1, diffEven.Shape.N), x.N, diffOdd);
    }

    private static Window2D Halving => Window2D.Square(1, 2, 0);

    /// <summary>The pixels of x that a 1x1 window with a stride meets, from (shift, shift) on, and the channels of y from firstChannel on.</summary>
    private static PixelRows Strided(float* x, Shape src, float* y, Shape dst, Window2D window, int shift, int firstChannel)
    {
        return new PixelRows
        {
            X = x + ((long)shift * src.W + shift) * src.C,
            Y = y + firstChannel,
            XImage = src.CountPerImage,
            YImage = dst.CountPerImage,
            Images = dst.N,
            Grid = new PixelGrid
            {
                XStep = window.StrideW * src.C,
                YStep = dst.C,
                XRow = window.StrideH * src.W * src.C,
                YRow = dst.W * dst.C,
                Rows = (src.H - shift + window.StrideH - 1) / window.StrideH,
                Pixels = (src.W - shift + window.StrideW - 1) / window.StrideW,
            },
        };
    }

    public void Product(PixelRows pixels, float* filters, int inputs, int outputs, bool accumulate)
    {
        var work = new PixelProduct(pixels, OneRun(inputs), filters, outputs, accumulate);
        context.Workers.Run(pixels.Images, ref work);
    }

    public void ProductGradient(PixelRows pixels, int images, Tensor<float> diffWeights)
    {
        var (outputs, inputs) = (diffWeights.Shape.N, diffWeights.Shape.C);
        var floats = (long)inputs * FilterBank<S, V>.Padded(outputs);
        var groups = new GradientGroups(images, floats);
        var sums = context.Partials.Floats(groups.Count * floats);
        var offsets = (int*)context.Tables.Floats(inputs);
        for (var k = 0; k < inputs; k++) offsets[k] = k;
        var work = new PixelProductGradient(pixels, offsets, inputs, outputs, groups, sums, floats);
        context.Workers.Run(groups.Count, ref work);
        dense.AddGradient(sums, groups.Count, diffWeights, outputs);
    }

    private Runs OneRun(int inputs)
    {
        var offset = (int*)context.Tables.Floats(1);
        *offset = 0;
        return new Runs(1, inputs, offset);
    }

    /// <summary>Filters [O,I,1,1] for the product over I or, <paramref name="transposed"/>, over O.</summary>
    public float* PackFilters(Tensor<float> weights, bool transposed)
    {
        var (outputs, inputs) = (weights.Shape.N, weights.Shape.C);
        var floats = transposed ? FilterBank<S, V>.PackedFloats(outputs, inputs) : FilterBank<S, V>.PackedFloats(inputs, outputs);
        var packed = context.Shared.Floats(floats);
        new Span<float>(packed, checked((int)floats)).Clear();
        for (var o = 0; o < outputs; o++)
            for (var i = 0; i < inputs; i++)
                packed[transposed ? FilterBank<S, V>.Place(o, i, outputs) : FilterBank<S, V>.Place(i, o, inputs)] = weights.Data()[o * inputs + i];
        return packed;
    }

    /// <summary>The pixels of a batch that belong together.</summary>
    internal struct PixelRows
    {
        public float* X, Y;
        public long XImage, YImage;
        public int Images;
        public PixelGrid Grid;

        /// <summary>From y to x.</summary>
        public readonly PixelRows Reversed() =>
            this with { X = Y, Y = X, XImage = YImage, YImage = XImage, Grid = Grid.Reversed() };
    }

    // x: [N,H,W,I] float32, y: [N,H',W',O] float32
    private readonly struct PixelProduct(PixelRows pixels, Runs runs, float* filters, int outputs, bool accumulate) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var grid = pixels.Grid;
            float* x = pixels.X + item * pixels.XImage, y = pixels.Y + item * pixels.YImage;
            if (grid.XRow == grid.Pixels * grid.XStep && grid.YRow == grid.Pixels * grid.YStep)
                grid = grid with { Rows = 1, Pixels = grid.Rows * grid.Pixels };
            for (var row = 0; row < grid.Rows; row++, x += grid.XRow, y += grid.YRow)
                FilterBank<S, V>.Forward(x, grid.XStep, runs, filters, y, grid.YStep, grid.Pixels, outputs, accumulate);
        }
    }

    // x: [N,H,W,I] float32, dy: [N,H',W',O] float32, sums: [group][I][O rounded up]
    private readonly struct PixelProductGradient(
        PixelRows pixels, int* offsets, int inputs, int outputs, GradientGroups groups, float* sums, long floats) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var to = sums + item * floats;
            new Span<float>(to, (int)floats).Clear();
            for (var n = groups.First(item); n < groups.First(item + 1); n++)
                FilterGradient<S, V>.Add(
                    pixels.X + n * pixels.XImage, pixels.Y + n * pixels.YImage, pixels.Grid, offsets, inputs, outputs, to);
        }
    }
}

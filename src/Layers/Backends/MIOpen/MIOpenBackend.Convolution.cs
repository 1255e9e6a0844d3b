using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen.Convolutions;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// Depthwise convolutions run on our kernels, pointwise ones as matrix products (or through MIOpen where a warm-up found that faster), all
// others through MIOpen. MIOpen and the products only overwrite, so a result that is to be added goes through scratch memory.
internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void ConvolutionForward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window, int groups)
    {
        if (IsDepthwise(weights.Shape, groups))
        {
            var table = Single(Depthwise(src, weights.Address, dst.Address, dst.Shape, window), src.Shape.N);
            Arguments.Add(table);
            Launch("depthwise_forward", Groups((long)dst.Shape.N * dst.Shape.Pixels), 1, dst.Shape.C,
                moved: src.Shape.Count + dst.Shape.Count);
        }
        else if (IsPointwise(window, groups))
        {
            PointwiseForward(src, weights, dst);
        }
        else
        {
            var key = new ConvolutionKey(ConvolutionDirection.Forward, src.Shape, weights.Shape, dst.Shape, window, groups, Deterministic);
            Convolve(key, src.Address, weights.Address, dst.Address);
        }
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardData(
        Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, int groups, bool accumulate)
    {
        if (IsDepthwise(weights.Shape, groups))
        {
            var table = Single(Depthwise(diffSrc, weights.Address, 0, diffDst.Shape, window), diffSrc.Shape.N);
            table.Branches[0].Middle = diffDst.Address;
            table.Sources[0] = new BranchSource { Diff = diffSrc.Address, Count = 1, Accumulate = Flag(accumulate) };
            DiffOfSources(table, 1, filters: false);
            return;
        }

        var target = accumulate ? memory.Scratch(diffSrc.Shape.Count * sizeof(float)) : diffSrc.Address;
        var key = new ConvolutionKey(ConvolutionDirection.BackwardData, diffSrc.Shape, weights.Shape, diffDst.Shape, window, groups,
            Deterministic);
        if (IsPointwise(window, groups)) PointwiseBackwardData(key, diffDst, weights, target);
        else Convolve(key, target, weights.Address, diffDst.Address);
        if (accumulate) AddTo(diffSrc, target);
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Window2D window,
        int groups)
    {
        if (IsDepthwise(diffWeights.Shape, groups))
        {
            var table = Single(Depthwise(src, diffWeights.Address, 0, diffDst.Shape, window), src.Shape.N);
            table.Branches[0].Middle = diffDst.Address;
            table.Sources[0] = new BranchSource { Count = 1 };
            var sums = new PartialSumTable();
            var used = PlacePartials(ref table, 1, [0], [diffWeights.Address], ref sums);
            DiffOfSources(table, 1, filters: true);
            FinishSums(sums, used);
        }
        else if (IsPointwise(window, groups))
        {
            var table = Single(Pointwise(src, 0, diffDst, 0, diffDst.Shape, window), src.Shape.N);
            PointwiseGradients(table, 1, [diffWeights.Address]);
        }
        else
        {
            var target = memory.Scratch(diffWeights.Shape.Count * sizeof(float));
            Convolve(
                new(ConvolutionDirection.BackwardWeights, src.Shape, diffWeights.Shape, diffDst.Shape, window, groups, Deterministic),
                src.Address, target, diffDst.Address);
            AddTo(diffWeights, target);
        }
    }

    /// <inheritdoc/>
    public override void FactorizedReduceForward(Tensor<float> src, Tensor<float> even, Tensor<float> odd, Tensor<float> dst)
    {
        var table = Halves(src, even.Address, odd.Address, dst, null);
        Arguments.Add(table);
        Forward(table, 2);
    }

    /// <inheritdoc/>
    public override void FactorizedReduceBackwardData(Tensor<float> diffDst, Tensor<float> even, Tensor<float> odd, Tensor<float> diffSrc,
        bool accumulate)
    {
        var table = Halves(diffSrc, even.Address, odd.Address, null, diffDst);
        var middle = (long)diffDst.Shape.N * diffDst.Shape.Pixels * diffSrc.Shape.C * sizeof(float);
        table.Branches[0].Middle = memory.Scratch(2 * middle);
        table.Branches[1].Middle = table.Branches[0].Middle + (nint)middle;
        DiffOfMiddles(table, 2);
        table.Sources[0] = new BranchSource { Diff = diffSrc.Address, Count = 2, Accumulate = Flag(accumulate) };
        DiffOfSources(table, 1, filters: false);
    }

    /// <inheritdoc/>
    public override void FactorizedReduceBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffEven,
        Tensor<float> diffOdd) =>
        PointwiseGradients(Halves(src, 0, 0, null, diffDst), 2, [diffEven.Address, diffOdd.Address]);

    private bool IsDepthwise(Shape weights, int groups) => !LibraryConvolutions && groups > 1 && weights.C == 1 && weights.N == groups;

    private bool IsPointwise(Window2D window, int groups) =>
        !LibraryConvolutions && groups == 1 && window with { Dilation = 1 } == Window2D.Point;

    private static BranchTable Single(in Branch branch, int images)
    {
        var table = new BranchTable { Images = images };
        table.Branches[0] = branch;
        return table;
    }

    private static Branch Geometry(Shape src, Shape dst, Window2D window) => new()
    {
        Inputs = src.C,
        Outputs = dst.C,
        Height = src.H,
        Width = src.W,
        OutHeight = dst.H,
        OutWidth = dst.W,
        Channels = dst.C,
        KernelH = window.KernelH,
        KernelW = window.KernelW,
        StrideH = window.StrideH,
        StrideW = window.StrideW,
        PaddingH = window.PaddingH,
        PaddingW = window.PaddingW,
        Dilation = window.Dilation,
    };

    private static Branch Depthwise(Tensor<float> src, nint filter, nint value, Shape dst, Window2D window)
    {
        var branch = Geometry(src.Shape, dst, window);
        (branch.Src, branch.Depthwise, branch.Value) = (src.Address, filter, value);
        return branch;
    }

    private static Branch Pointwise(Tensor<float> src, nint filter, Tensor<float>? diff, nint value, Shape dst, Window2D window)
    {
        var branch = Geometry(src.Shape, dst, window);
        (branch.Src, branch.Pointwise, branch.Diff, branch.Value) = (src.Address, filter, Address(diff), value);
        return branch;
    }

    /// <summary>
    /// The two 1x1 convolutions of a factorized reduction: the odd one reads the image shifted by one pixel, which is a padding of −1.
    /// </summary>
    private static BranchTable Halves(Tensor<float> src, nint even, nint odd, Tensor<float>? dst, Tensor<float>? diffDst)
    {
        var whole = (dst ?? diffDst)!.Shape;
        var half = whole with { C = whole.C / 2 };
        var halfBytes = half.CountPerImage * sizeof(float);
        var table = new BranchTable { Images = whole.N };
        for (var i = 0; i < 2; i++)
        {
            var branch = Pointwise(src, i == 0 ? even : odd, null, 0, half, Window2D.Square(1, 2, -i));
            branch.Channels = whole.C;
            if (dst is not null) branch.Value = dst.Address + (nint)(i * halfBytes);
            if (diffDst is not null) branch.Diff = diffDst.Address + (nint)(i * halfBytes);
            table.Branches[i] = branch;
        }

        return table;
    }
}

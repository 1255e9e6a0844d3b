using CsCheck;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Extents of one random operation. Each operation uses those that it has.</summary>
/// <param name="Accumulate">Whether a data gradient is added to what is there.</param>
/// <param name="Coarse">Whether values come from a coarse grid, so that pools meet ties and ReLUs zeros.</param>
public sealed record OperationCase(int N, int C, int H, int W, int Outputs, Window2D Window, int Groups, bool Accumulate, bool Coarse, int Seed)
{
    private static readonly (int, int)[] Kernels = [(1, 1), (3, 3), (5, 5), (7, 7), (1, 7), (7, 1)];

    /// <summary>Odd and even, narrow and wide, one image and several; channels below, at and beyond every vector width.</summary>
    public static Gen<OperationCase> Any { get; } =
        from n in Gen.Int[1, 3]
        from c in Gen.Frequency((2, (IGen<int>)Gen.OneOf(3, 4, 8, 16, 32, 48)), (1, (IGen<int>)Gen.Int[1, 80]))
        from o in Gen.Frequency((2, (IGen<int>)Gen.OneOf(4, 8, 10, 16, 48)), (1, (IGen<int>)Gen.Int[1, 80]))
        from h in Gen.Int[1, 9]
        from w in Gen.Frequency((2, (IGen<int>)Gen.Int[1, 9]), (1, (IGen<int>)Gen.Int[10, 20]))
        from kernel in Gen.OneOf(Kernels)
        from stride in Gen.Int[1, 2]
        from dilation in Gen.Int[1, 2]
        from padded in Gen.Frequency((3, true), (1, false))
        from groups in Gen.OneOf(1, 1, 2, 3)
        from accumulate in Gen.Bool
        from coarse in Gen.Bool
        from seed in Gen.Int[0, 1_000_000]
        select Fitting(n, c, h, w, o, kernel, stride, dilation, padded, groups, accumulate, coarse, seed);

    public Shape Src => new(N, C, H, W);

    public Shape Dst => new(N, C, Window.OutputHeight(H), Window.OutputWidth(W));

    /// <summary>The largest size that occurs in a search, to reach every unrolled part of a kernel.</summary>
    public static OperationCase Typical(int channels, int stride = 1) =>
        new(2, channels, 32, 32, 16, Window2D.Square(3, stride, 1), 1, false, false, 7);

    private static OperationCase Fitting(
        int n, int c, int h, int w, int o, (int H, int W) kernel, int stride, int dilation, bool padded, int groups, bool accumulate, bool coarse, int seed)
    {
        var (padH, padW) = padded ? (dilation * (kernel.H - 1) / 2, dilation * (kernel.W - 1) / 2) : (0, 0);
        h = Math.Max(h, dilation * (kernel.H - 1) + 1 - 2 * padH);
        w = Math.Max(w, dilation * (kernel.W - 1) + 1 - 2 * padW);
        return new(n, c, h, w, o, new Window2D(kernel.H, kernel.W, stride, stride, padH, padW, dilation), groups, accumulate, coarse, seed);
    }
}

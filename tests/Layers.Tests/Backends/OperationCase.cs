using CsCheck;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Extents of one random operation. Each operation uses those that it has.</summary>
/// <param name="Accumulate">Whether a data gradient is added to what is there.</param>
/// <param name="Coarse">Whether values come from a coarse grid, so that pools meet ties and ReLUs zeros.</param>
public sealed record OperationCase(int N, int C, int H, int W, int Outputs, Window2D Window, int Groups, bool Accumulate, bool Coarse,
    int Seed)
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
        from strideH in Gen.Frequency((3, Gen.Int[1, 2]), (1, Gen.Const(3)))
        from strideW in Gen.Frequency((3, Gen.Const(strideH)), (1, Gen.Int[1, 3]))
        from dilation in Gen.Int[1, 2]
        from padded in Gen.Frequency((3, true), (1, false))
        from groups in Gen.OneOf(1, 1, 2, 3)
        from accumulate in Gen.Bool
        from coarse in Gen.Bool
        from seed in Gen.Int[0, 1_000_000]
        select Fitting(n, c, h, w, o, kernel, (strideH, strideW), dilation, padded, groups, accumulate, coarse, seed);

    /// <summary>
    /// More images than there are gradient groups, so that groups sum over several; small ones, because the reference is slow.
    /// </summary>
    public static Gen<OperationCase> ManyImages { get; } =
        from c in Any
        from n in Gen.Int[17, 40]
        from channels in Gen.Int[1, 20]
        from outputs in Gen.Int[1, 20]
        let most = Least(c.Window, 5)
        select c with { N = n, C = channels, Outputs = outputs, H = Math.Min(c.H, most.H), W = Math.Min(c.W, most.W) };

    public Shape Src => new(N, C, H, W);

    public Shape Dst => new(N, C, Window.OutputHeight(H), Window.OutputWidth(W));

    /// <summary>The largest size that occurs in a search, to reach every unrolled part of a kernel.</summary>
    public static OperationCase Typical(int channels, int stride = 1) =>
        new(2, channels, 32, 32, 16, Window2D.Square(3, stride, 1), 1, false, false, 7);

    private static OperationCase Fitting(
        int n, int c, int h, int w, int o, (int H, int W) kernel, (int H, int W) stride, int dilation, bool padded, int groups,
        bool accumulate,
        bool coarse, int seed)
    {
        var (padH, padW) = padded ? (dilation * (kernel.H - 1) / 2, dilation * (kernel.W - 1) / 2) : (0, 0);
        var window = new Window2D(kernel.H, kernel.W, stride.H, stride.W, padH, padW, dilation);
        var least = Least(window, 1);
        return new(n, c, Math.Max(h, least.H), Math.Max(w, least.W), o, window, groups, accumulate, coarse, seed);
    }

    /// <summary>The smallest extents of at least <paramref name="extent"/> into which a window fits.</summary>
    private static (int H, int W) Least(Window2D window, int extent)
    {
        var (reachH, reachW) = (window.Dilation * (window.KernelH - 1) + 1, window.Dilation * (window.KernelW - 1) + 1);
        return (Math.Max(extent, reachH - 2 * window.PaddingH), Math.Max(extent, reachW - 2 * window.PaddingW));
    }
}

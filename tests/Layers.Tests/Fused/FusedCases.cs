using CsCheck;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>Random shapes, with those on which kernels go wrong more often than by chance.</summary>
internal static class FusedCases
{
    public static readonly Gen<int> Width = Gen.OneOf(4, 8, 16);

    // Multiples, divisors and strangers of the vector widths.
    private static readonly Gen<int> Channels = Gen.Frequency((3, Gen.OneOf(4, 8, 12, 16, 32, 36, 64)), (2, Gen.Int[1, 64]));

    // One image, a few, and more than there are groups of images.
    private static readonly Gen<int> Images = Gen.Frequency((6, Gen.Int[1, 3]), (1, Gen.Int[17, 19]));

    private static readonly Gen<BranchCase> Branch = Gen.Select(Gen.OneOf(1, 3, 5, 7), Gen.Int[1, 2], Channels, (k, d, o) =>
        new BranchCase(k, d, o));

    private static readonly Gen<BranchCase> Point = Channels.Select(o => new BranchCase(0, 1, o));

    public static readonly Gen<SeparableCase> Separable =
        from n in Images
        from c in Channels
        from h in Gen.Int[1, 9]
        from w in Gen.Int[1, 17]
        from stride in Gen.Int[1, 2]
        from normalized in Gen.Bool
        from needsDiff in Gen.Frequency((3, Gen.Const(true)), (1, Gen.Const(false)))
        from branches in (stride == 1 ? Gen.Frequency((4, Branch), (1, Point)) : Branch).Array[1, 4]
        select new SeparableCase(n, c, h, w, stride, normalized, needsDiff, branches);

    // At least four values a channel: of a single one the deviation is zero and 1/σ magnifies every rounding 316 times.
    public static readonly Gen<NodeSumCase> Mix =
        from n in Images
        from c in Channels
        from h in Gen.Int[2, 9]
        from w in Gen.Int[2, 9]
        from normalized in Gen.Int[1, 12]
        from identities in Gen.Int[0, 3]
        from nodes in Gen.Int[1, 4]
        from accumulate in Gen.Bool
        select new NodeSumCase(n, c, h, w, normalized, identities, nodes, accumulate);

    public static readonly Gen<FactorizedReduceCase> FactorizedReduces =
        from n in Images
        from c in Channels
        from h in Gen.Int[1, 9]
        from w in Gen.Int[1, 17]
        from outputs in Gen.OneOf(Gen.OneOf(8, 16, 32, 64), Gen.Int[2, 40]).Array[1, 4]
        select new FactorizedReduceCase(n, c, h, w, outputs);

    /// <summary>What reads the outputs of cells, in as many segments as a cell has outputs.</summary>
    public static readonly Gen<SeparableCase> PointsOfSegments =
        from n in Images
        from segments in Gen.Int[2, 4]
        from c in Channels
        from h in Gen.Int[1, 9]
        from w in Gen.Int[1, 17]
        from branches in Point.Array[1, 2]
        select new SeparableCase(n, segments * c, h, w, 1, false, true, branches) { Segments = segments };

    public static readonly Gen<FactorizedReduceCase> FactorizedReducesOfSegments =
        Gen.Select(FactorizedReduces, Gen.Int[2, 4], (c, segments) => c with { C = segments * c.C, Segments = segments });

    public static readonly Gen<PoolCase> Pools =
        from n in Images
        from c in Channels
        from h in Gen.Int[1, 9]
        from w in Gen.Int[1, 17]
        from stride in Gen.Int[1, 2]
        from max in Gen.Int[0, 4]
        from average in Gen.Int[0, 4]
        select new PoolCase(n, c, h, w, stride, max, average);

    /// <summary>What a search runs, in small.</summary>
    public static readonly SeparableCase[] SearchShapes =
    [
        new(5, 16, 9, 12, 1, false, true, new(3, 1, 16), new(5, 1, 16), new(3, 2, 16), new(5, 2, 16)),
        new(5, 8, 8, 8, 2, false, true, new(3, 1, 8), new(5, 1, 8), new(3, 2, 8), new(5, 2, 8)),
        new(17, 4, 7, 7, 1, true, true, new(5, 1, 4), new(3, 2, 8), new(3, 1, 4), new(5, 2, 4)),
    ];

    /// <summary>
    /// So large that results are written by non-temporal stores: in whole patterns of channels, with their statistics, and in others.
    /// </summary>
    public static readonly SeparableCase[] Streamed =
    [
        new(16, 16, 32, 32, 1, false, true, new(3, 1, 16), new(5, 2, 8)),
        new(16, 16, 32, 32, 1, true, true, new(5, 1, 16), new(3, 2, 16)),
        new(9, 36, 29, 30, 1, true, true, new(3, 1, 36), new(3, 1, 64)),
    ];

    /// <summary>
    /// So many branches that the source's gradient is gathered in several parts, over rows that no block of outputs divides.
    /// </summary>
    public static readonly SeparableCase[] InParts =
    [
        new(2, 36, 23, 27, 1, false, true, new(5, 2, 8), new(3, 1, 8), new(3, 2, 8), new(5, 1, 8), new(3, 1, 8)),
        new(1, 36, 50, 46, 2, false, true, new(5, 2, 8), new(3, 1, 8), new(3, 2, 8), new(5, 1, 8), new(3, 1, 8)),
    ];

    /// <summary>Node sums of more terms than are added at a time.</summary>
    public static readonly NodeSumCase ManyTerms = new(18, 12, 15, 7, 9, 2, 2);

    /// <summary>An image is more than a tile of the backward pass, and its rest no whole vector.</summary>
    public static readonly NodeSumCase SeveralTiles = new(3, 13, 19, 17, 5, 2, 2);

    /// <summary>One of each kind at least, most of them of several images to a gradient group.</summary>
    public static readonly FusedCase[] All =
    [
        .. SearchShapes,
        ManyTerms,
        SeveralTiles,
        new FactorizedReduceCase(18, 12, 9, 8, 12, 12, 12),
        new FactorizedReduceCase(18, 24, 9, 8, 12) { Segments = 4 },
        new SeparableCase(18, 36, 6, 7, 1, false, true, new BranchCase(0, 1, 12)) { Segments = 3 },
        new PoolCase(18, 12, 5, 7, 2, 3, 2),
    ];

    public static IEnumerable<Func<Backend<float>, FusedSetup<float>>> Operations =>
        All.Select(c => (Func<Backend<float>, FusedSetup<float>>)(b => c.Prepare(b)));
}

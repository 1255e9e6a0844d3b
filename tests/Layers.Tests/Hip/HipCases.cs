using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tests.Backends;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>
/// A fixed list of 61 shapes, because each first use of a kernel of MIOpen is compiled for seconds: every primitive's window at every
/// stride and dilation on four extents, odd ones among them; channels below, at and beyond a tile of 16, 32 and 64; several work-groups and
/// a part of one.
/// </summary>
internal static class HipCases
{
    private static readonly Window2D[] Windows =
    [
        Window2D.Square(1, 1, 0), Window2D.Square(1, 2, 0),
        Window2D.Square(3, 1, 1), Window2D.Square(3, 2, 1), Window2D.Square(3, 1, 2, 2), Window2D.Square(3, 2, 2, 2),
        Window2D.Square(5, 1, 2), Window2D.Square(5, 2, 2), Window2D.Square(5, 1, 4, 2), Window2D.Square(5, 2, 4, 2),
        new(1, 7, 1, 1, 0, 3, 1), new(7, 1, 2, 2, 3, 0, 1), Window2D.Square(7, 2, 3),
    ];

    private static readonly (int N, int C, int H, int W, int Outputs, int Groups)[] Extents =
        [(1, 3, 5, 5, 4, 1), (2, 8, 7, 6, 6, 2), (3, 5, 4, 9, 16, 1), (1, 18, 8, 8, 18, 3)];

    public static IReadOnlyList<OperationCase> All { get; } =
    [
        Case(2, 4, 9, 7, 16, Window2D.Square(3, 1, 1), 1, accumulate: false),
        Case(1, 3, 7, 5, 5, Window2D.Square(3, 2, 1), 1, accumulate: true),
        Case(2, 16, 16, 16, 16, Window2D.Square(5, 1, 2), 1, accumulate: false, coarse: true),
        Case(3, 17, 5, 11, 33, Window2D.Square(3, 1, 2, 2), 2, accumulate: true),
        Case(2, 6, 13, 13, 70, Window2D.Square(5, 2, 4, 2), 3, accumulate: false),
        Case(1, 64, 3, 3, 64, Window2D.Square(1, 1, 0), 1, accumulate: true),
        Case(2, 5, 6, 4, 3, Window2D.Square(1, 2, 0), 1, accumulate: false, coarse: true),
        Case(1, 2, 9, 8, 7, new Window2D(1, 7, 1, 1, 0, 3, 1), 2, accumulate: true, coarse: true),
        Case(5, 1, 33, 32, 1, new Window2D(7, 1, 1, 1, 3, 0, 1), 1, accumulate: true),
        .. Windows.SelectMany(window => Extents.Select(
            (e, i) => Case(e.N, e.C, e.H, e.W, e.Outputs, window, e.Groups, accumulate: i % 2 == 1, coarse: i == 2))),
    ];

    private static OperationCase Case(
        int n, int c, int h, int w, int outputs, Window2D window, int groups, bool accumulate, bool coarse = false) =>
        new(n, c, h, w, outputs, window, groups, accumulate, coarse, 7 * n + c);
}

using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// Filters of three rows and columns. Fours are the four products.
internal static unsafe partial class WinogradDepthwise<S, V>
{
    /// <summary>
    /// y = z + m0 + m1 + m2 and y' = z' + m1 − m2 + m3, column by column: a column's sums and differences of rows go into the products of
    /// three columns of outputs, which move along in registers, as do all factors.
    /// </summary>
    private static void Three(in WinogradLines lines)
    {
        nint row = lines.Row, step = lines.Step, below = lines.Below;
        // Of the three taps.
        var f0 = FourVectors<S, V>.Load(lines.Factors, 3 * S.Width);
        var f1 = FourVectors<S, V>.Load(lines.Factors + S.Width, 3 * S.Width);
        var f2 = FourVectors<S, V>.Load(lines.Factors + 2 * S.Width, 3 * S.Width);
        for (var i = 0; i < lines.Count; i++)
        {
            var x = lines.X + lines.Places[i].X;
            var y = lines.Y + lines.Places[i].Y;
            var z = lines.Z == null ? null : lines.Z + lines.Places[i].Y;
            var a = FourVectors<S, V>.Product(f0, Column(x, row));
            var d = Column(x + step, row);
            a.Add(f1, d);
            var b = FourVectors<S, V>.Product(f0, d);
            x += 2 * step;
            for (var left = lines.Columns; left > 0; left--, x += step, y += step)
            {
                d = Column(x, row);
                a.Add(f2, d);
                V first = S.Add(S.Add(a.V0, a.V1), a.V2), second = S.Add(S.Subtract(a.V1, a.V2), a.V3);
                if (z != null)
                {
                    first = S.Add(S.Load(z), first);
                    second = S.Add(S.Load(z + below), second);
                    z += step;
                }

                S.Store(first, y);
                S.Store(second, y + below);
                a = b;
                a.Add(f1, d);
                b = FourVectors<S, V>.Product(f0, d);
            }
        }
    }

    /// <summary>
    /// [4][3]: the sums of the four products, of which m0 goes to y, m1 to the sum of both rows, m2 to their difference and m3 to y'.
    /// </summary>
    private static void ThreeSums(in WinogradLines lines, float* sums)
    {
        nint row = lines.Row, step = lines.Step, below = lines.Below;
        FourVectors<S, V> s0 = default, s1 = default, s2 = default;
        for (var i = 0; i < lines.Count; i++)
        {
            var x = lines.X + lines.Places[i].X;
            var d = lines.Y + lines.Places[i].Y;
            FourVectors<S, V> p = Column(x, row), q = Column(x + step, row);
            x += 2 * step;
            for (var left = lines.Columns; left > 0; left--, x += step, d += step)
            {
                V first = S.Load(d), second = S.Load(d + below);
                var goals = new FourVectors<S, V>(first, S.Add(first, second), S.Subtract(first, second), second);
                var r = Column(x, row);
                s0.Add(goals, p);
                s1.Add(goals, q);
                s2.Add(goals, r);
                p = q;
                q = r;
            }
        }

        s0.Store(sums, 3 * S.Width);
        s1.Store(sums + S.Width, 3 * S.Width);
        s2.Store(sums + 2 * S.Width, 3 * S.Width);
    }

    /// <summary>d0 − d2, d1 + d2, d2 − d1 and d3 − d1 of one column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FourVectors<S, V> Column(float* x, nint row)
    {
        var d = FourVectors<S, V>.Load(x, row);
        return new(S.Subtract(d.V0, d.V2), S.Add(d.V1, d.V2), S.Subtract(d.V2, d.V1), S.Subtract(d.V3, d.V1));
    }
}

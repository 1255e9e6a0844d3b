using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// Filters of three rows and columns.
internal static unsafe partial class WinogradDepthwise<S, V>
{
    /// <summary>
    /// y = z + m0 + m1 + m2 and y' = z' + m1 − m2 + m3, column by column: a column's sums and differences of rows go into the products of
    /// three columns of outputs, which move along in registers, as do all factors.
    /// </summary>
    private static void Three(in WinogradLines lines)
    {
        nint row = lines.Row, step = lines.Step, below = lines.Below;
        var f = lines.Factors;
        V f00 = S.Load(f), f01 = S.Load(f + S.Width), f02 = S.Load(f + 2 * S.Width);
        V f10 = S.Load(f + 3 * S.Width), f11 = S.Load(f + 4 * S.Width), f12 = S.Load(f + 5 * S.Width);
        V f20 = S.Load(f + 6 * S.Width), f21 = S.Load(f + 7 * S.Width), f22 = S.Load(f + 8 * S.Width);
        V f30 = S.Load(f + 9 * S.Width), f31 = S.Load(f + 10 * S.Width), f32 = S.Load(f + 11 * S.Width);
        for (var i = 0; i < lines.Count; i++)
        {
            var x = lines.X + lines.Places[i].X;
            var y = lines.Y + lines.Places[i].Y;
            var z = lines.Z == null ? null : lines.Z + lines.Places[i].Y;
            Column(x, row, out var d0, out var d1, out var d2, out var d3);
            V a0 = S.Multiply(f00, d0), a1 = S.Multiply(f10, d1), a2 = S.Multiply(f20, d2), a3 = S.Multiply(f30, d3);
            x += step;
            Column(x, row, out d0, out d1, out d2, out d3);
            a0 = S.MultiplyAdd(f01, d0, a0);
            a1 = S.MultiplyAdd(f11, d1, a1);
            a2 = S.MultiplyAdd(f21, d2, a2);
            a3 = S.MultiplyAdd(f31, d3, a3);
            V b0 = S.Multiply(f00, d0), b1 = S.Multiply(f10, d1), b2 = S.Multiply(f20, d2), b3 = S.Multiply(f30, d3);
            x += step;
            for (var left = lines.Columns; left > 0; left--, x += step, y += step)
            {
                Column(x, row, out d0, out d1, out d2, out d3);
                a0 = S.MultiplyAdd(f02, d0, a0);
                a1 = S.MultiplyAdd(f12, d1, a1);
                a2 = S.MultiplyAdd(f22, d2, a2);
                a3 = S.MultiplyAdd(f32, d3, a3);
                V first = S.Add(S.Add(a0, a1), a2), second = S.Add(S.Subtract(a1, a2), a3);
                if (z != null)
                {
                    first = S.Add(S.Load(z), first);
                    second = S.Add(S.Load(z + below), second);
                    z += step;
                }

                S.Store(first, y);
                S.Store(second, y + below);
                a0 = S.MultiplyAdd(f01, d0, b0);
                a1 = S.MultiplyAdd(f11, d1, b1);
                a2 = S.MultiplyAdd(f21, d2, b2);
                a3 = S.MultiplyAdd(f31, d3, b3);
                b0 = S.Multiply(f00, d0);
                b1 = S.Multiply(f10, d1);
                b2 = S.Multiply(f20, d2);
                b3 = S.Multiply(f30, d3);
            }
        }
    }

    /// <summary>
    /// [4][3]: the sums of the four products, of which m0 goes to y, m1 to the sum of both rows, m2 to their difference and m3 to y'.
    /// </summary>
    private static void ThreeSums(in WinogradLines lines, float* sums)
    {
        nint row = lines.Row, step = lines.Step, below = lines.Below;
        V s00 = S.Zero, s01 = S.Zero, s02 = S.Zero, s10 = S.Zero, s11 = S.Zero, s12 = S.Zero;
        V s20 = S.Zero, s21 = S.Zero, s22 = S.Zero, s30 = S.Zero, s31 = S.Zero, s32 = S.Zero;
        for (var i = 0; i < lines.Count; i++)
        {
            var x = lines.X + lines.Places[i].X;
            var d = lines.Y + lines.Places[i].Y;
            Column(x, row, out var p0, out var p1, out var p2, out var p3);
            Column(x + step, row, out var q0, out var q1, out var q2, out var q3);
            x += 2 * step;
            for (var left = lines.Columns; left > 0; left--, x += step, d += step)
            {
                V first = S.Load(d), second = S.Load(d + below), both = S.Add(first, second), less = S.Subtract(first, second);
                Column(x, row, out var r0, out var r1, out var r2, out var r3);
                s00 = S.MultiplyAdd(first, p0, s00);
                s01 = S.MultiplyAdd(first, q0, s01);
                s02 = S.MultiplyAdd(first, r0, s02);
                s10 = S.MultiplyAdd(both, p1, s10);
                s11 = S.MultiplyAdd(both, q1, s11);
                s12 = S.MultiplyAdd(both, r1, s12);
                s20 = S.MultiplyAdd(less, p2, s20);
                s21 = S.MultiplyAdd(less, q2, s21);
                s22 = S.MultiplyAdd(less, r2, s22);
                s30 = S.MultiplyAdd(second, p3, s30);
                s31 = S.MultiplyAdd(second, q3, s31);
                s32 = S.MultiplyAdd(second, r3, s32);
                p0 = q0;
                p1 = q1;
                p2 = q2;
                p3 = q3;
                q0 = r0;
                q1 = r1;
                q2 = r2;
                q3 = r3;
            }
        }

        S.Store(s00, sums);
        S.Store(s01, sums + S.Width);
        S.Store(s02, sums + 2 * S.Width);
        S.Store(s10, sums + 3 * S.Width);
        S.Store(s11, sums + 4 * S.Width);
        S.Store(s12, sums + 5 * S.Width);
        S.Store(s20, sums + 6 * S.Width);
        S.Store(s21, sums + 7 * S.Width);
        S.Store(s22, sums + 8 * S.Width);
        S.Store(s30, sums + 9 * S.Width);
        S.Store(s31, sums + 10 * S.Width);
        S.Store(s32, sums + 11 * S.Width);
    }

    /// <summary>d0 − d2, d1 + d2, d2 − d1 and d3 − d1 of one column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(float* x, nint row, out V first, out V second, out V third, out V fourth)
    {
        V d1 = S.Load(x + row), d2 = S.Load(x + 2 * row);
        first = S.Subtract(S.Load(x), d2);
        second = S.Add(d1, d2);
        third = S.Subtract(d2, d1);
        fourth = S.Subtract(S.Load(x + 3 * row), d1);
    }
}

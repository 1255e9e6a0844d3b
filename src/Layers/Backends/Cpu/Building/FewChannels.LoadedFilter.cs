using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// More inputs than outputs: the filter is loaded anew for every four rows, and a vector takes as many inputs of each of its pixels as there
// are outputs, run by run.
internal static unsafe partial class FewChannels<S, V>
{
    private static void LoadedFilter<C, E, F>(int inputs, float* src, float* filter, in OutputRowMap dst, int vectors, E end, F fetch)
        where C : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
        where F : struct, IPrefetch
    {
        nint row = S.Width / C.Value * inputs;
        for (var i = 0; i < vectors;)
        {
            if (vectors - i < 8 && (vectors < 8 || E.Adds))
            {
                // One row, four times over.
                Rows<One, C, E>(inputs, src + i * row, 0, filter, dst.At(i), 0, end);
                i++;
                continue;
            }

            // A last block of rows that does not come out even starts earlier and computes some rows a second time.
            i = Math.Min(i, vectors - 8);
            fetch.Rows(i, 8);
            Rows<Two, C, E>(inputs, src + i * row, row, filter, dst.At(i), dst.Apart, end);
            i += 8;
        }
    }

    // N times four rows. Inlined, they would exceed what the compiler inlines in one method, and its vectors would go through memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rows<N, C, E>(nint inputs, float* src, nint row, float* filter, float* c, nint ldc, E end)
        where N : struct, IConstInt
        where C : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
    {
        var block = default(BlockMoments<V>);
        LoadedRows<C, E>(second: false, inputs, src, row, filter, c, ldc, end, ref block);
        if (N.Value > 1) LoadedRows<C, E>(second: true, inputs, src + 4 * row, row, filter, c + 4 * ldc, ldc, end, ref block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadedRows<C, E>(
        bool second, nint inputs, float* src, nint row, float* filter, float* c, nint ldc, E end, ref BlockMoments<V> block)
        where C : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero;
        if (E.Adds) (c0, c1, c2, c3) = (S.Load(c), S.Load(c + ldc), S.Load(c + 2 * ldc), S.Load(c + 3 * ldc));
        float* src1 = src + row, src2 = src + 2 * row, src3 = src + 3 * row;
        for (nint k = 0; k < inputs; k += C.Value, filter += C.Value * S.Width)
        {
            V x0 = S.LoadRuns(src + k, inputs, C.Value), x1 = S.LoadRuns(src1 + k, inputs, C.Value);
            V x2 = S.LoadRuns(src2 + k, inputs, C.Value), x3 = S.LoadRuns(src3 + k, inputs, C.Value);
            if (C.Value == 4)
            {
                LoadedInputs(x0, x1, x2, x3, filter, ref c0, ref c1, ref c2, ref c3);
            }
            else
            {
                LoadedInputs(S.SpreadFour(x0, 0), S.SpreadFour(x1, 0), S.SpreadFour(x2, 0), S.SpreadFour(x3, 0), filter, ref c0, ref c1,
                    ref c2, ref c3);
                LoadedInputs(S.SpreadFour(x0, 1), S.SpreadFour(x1, 1), S.SpreadFour(x2, 1), S.SpreadFour(x3, 1), filter + 4 * S.Width,
                    ref c0, ref c1, ref c2, ref c3);
            }
        }

        end.Put(second, c, ldc, 0, ref block, new(c0, c1, c2, c3));
    }

    // The filter from memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadedInputs(V x0, V x1, V x2, V x3, float* filter, ref V c0, ref V c1, ref V c2, ref V c3)
    {
        OneInput(x0, x1, x2, x3, 0, S.Load(filter), ref c0, ref c1, ref c2, ref c3);
        OneInput(x0, x1, x2, x3, 1, S.Load(filter + S.Width), ref c0, ref c1, ref c2, ref c3);
        OneInput(x0, x1, x2, x3, 2, S.Load(filter + 2 * S.Width), ref c0, ref c1, ref c2, ref c3);
        OneInput(x0, x1, x2, x3, 3, S.Load(filter + 3 * S.Width), ref c0, ref c1, ref c2, ref c3);
    }
}

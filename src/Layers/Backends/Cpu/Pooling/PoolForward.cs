using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>
/// Largest value, its tap, and mean of every window of an image, with the sums for the batch norm that follows them. Both are taken along
/// the rows first and then down the columns: a pooled row serves all windows that reach it. Item: image.
/// </summary>
internal readonly unsafe struct PoolForward<S, V>(PoolCall* call, bool statistics) : IParallelBody
    where S : struct, ISimd<V>
{
    public void Run(int item, int thread)
    {
        var memory = call->Threads + thread * call->FloatsPerThread;
        var source = call->Source;
        var (length, period) = (call->RowLength, source.Period);
        var best = memory + call->MaxRow;
        var mean = memory + call->AverageRow;
        var maxSums = memory + call->MaxSums;
        var meanSums = memory + call->AverageSums;
        if (call->HasMax) new Span<float>(memory + call->NegativeInfinityRow, (int)source.RowFloats + S.Width).Fill(float.NegativeInfinity);
        if (call->HasAverage) new Span<float>(memory + call->ZeroRow, (int)source.RowFloats + S.Width).Clear();
        var stream = (long)call->Images * call->Height * length > NonTemporal.Threshold;
        var (first, next) = (call->Geometry.TapRow(0, source), call->Geometry.TapRow(0, source));
        for (var h = 0; h < call->Height; h++)
        {
            var start = ((nint)item * call->Height + h) * length;
            for (; next < first + h * call->Window.StrideH + call->Reach; next++) PoolRow(item, next, memory);
            PoolColumns(h, memory, best, mean, call->Indices + start);
            if (call->HasMax) Put(best, call->Max + start, h == 0, maxSums, stream);
            if (call->HasAverage) Put(mean, call->Average + start, h == 0, meanSums, stream);
        }

        if (!statistics) return;
        if (call->HasMax) ChannelSums<S, V>.Total(maxSums, source.Channels, period, call->MaxStatistics + (nint)item * 3 * source.Channels);
        if (call->HasAverage)
            ChannelSums<S, V>.Total(meanSums, source.Channels, period, call->AverageStatistics + (nint)item * 3 * source.Channels);
    }

    /// <summary>Stores a row of outputs, with the sums for its batch norms where these are wanted.</summary>
    private void Put(float* row, float* dst, bool first, float* sums, bool stream)
    {
        var (length, channels, period) = (call->RowLength, call->Source.Channels, call->Source.Period);
        if (!statistics)
        {
            LaneStores<S, V>.PutRun(row, dst, length, accumulate: false);
            return;
        }

        if (first) ChannelSums<S, V>.Start(row, channels, period, sums);
        ChannelSums<S, V>.Squares(row, dst, length, period, sums, stream);
    }

    /// <summary>
    /// A pooled row: largest value, its tap and sum of the windows' pixels in bordered source row <paramref name="row"/>.
    /// </summary>
    private void PoolRow(int n, int row, float* memory)
    {
        var (pitch, h) = (call->Pitch, row - call->Source.Border);
        var best = Pooled(row, memory);
        if ((uint)h >= (uint)call->Source.Height)
        {
            new Span<float>(best, (int)pitch).Fill(float.NegativeInfinity);
            new Span<float>(best + pitch, 2 * (int)pitch).Clear();
            return;
        }

        float* infinite = memory + call->NegativeInfinityRow, zero = memory + call->ZeroRow;
        CopyRow(n, h, infinite, zero);
        var (max, average) = (call->HasMax, call->HasAverage);
        for (nint i = 0; i < pitch; i += S.Width)
        {
            var at = call->Offsets[0] + i;
            V value = max ? S.Load(infinite + at) : S.Zero, tap = S.Zero, sum = average ? S.Load(zero + at) : S.Zero;
            for (var k = 1; k < call->Window.KernelW; k++)
            {
                at = call->Offsets[k] + i;
                if (max) S.ArgMaxUpdate(ref value, ref tap, S.Load(infinite + at), S.Broadcast(k));
                if (average) sum = S.Add(sum, S.Load(zero + at));
            }

            S.Store(value, best + i);
            S.Store(tap, best + pitch + i);
            S.Store(sum, best + 2 * pitch + i);
        }
    }

    /// <summary>
    /// A row of outputs from its pooled rows: rows from above and, in them, taps from the left, so the first in row order wins a tie.
    /// </summary>
    private void PoolColumns(int h, float* memory, float* best, float* mean, byte* indices)
    {
        var (pitch, length, window) = (call->Pitch, call->RowLength, call->Window);
        var rows = stackalloc float*[window.KernelH];
        for (var k = 0; k < window.KernelH; k++)
            rows[k] = Pooled(h * window.StrideH + call->Geometry.TapRow(k * window.KernelW, call->Source), memory);
        var inverse = S.Broadcast(call->InverseRows(h));
        // DiffTaps is free in a forward pass.
        var taps = memory + call->DiffTaps;
        var (max, average) = (call->HasMax, call->HasAverage);
        for (nint i = 0; i < length; i += S.Width)
        {
            var row = rows[0] + i;
            V value = S.Load(row), tap = S.Load(row + pitch), sum = S.Load(row + 2 * pitch);
            for (var k = 1; k < window.KernelH; k++)
            {
                row = rows[k] + i;
                if (max) S.ArgMaxUpdate(ref value, ref tap, S.Load(row), S.Add(S.Load(row + pitch), S.Broadcast(k * window.KernelW)));
                if (average) sum = S.Add(sum, S.Load(row + 2 * pitch));
            }

            S.Store(value, best + i);
            S.Store(tap, taps + i);
            S.Store(S.Multiply(sum, S.Multiply(S.Load(call->InverseColumns + i), inverse)), mean + i);
        }

        if (max) TapBytes.Store(taps, indices, length);
    }

    /// <summary>Where a bordered source row is kept, pooled, while a window may still reach it.</summary>
    private float* Pooled(int row, float* memory) => memory + call->PooledRows + row % call->Reach * 3 * call->Pitch;

    private void CopyRow(int n, int h, float* infinite, float* zero)
    {
        var source = call->Source;
        // One run for a whole row where the columns stay together, one for each pixel otherwise.
        var (pixels, runs) = source.StrideW == 1 ? (source.Width, 1) : (1, source.Width);
        var length = pixels * source.Channels;
        var x = call->Src + ((nint)n * source.Height + h) * source.Width * source.Channels;
        PrefetchL2.Fetch(x + source.Width * source.Channels, source.Width * source.Channels);
        for (var w = 0; w < runs; w++, x += length)
        {
            var run = new ReadOnlySpan<float>(x, length);
            var at = source.At(0, w + source.Border);
            if (call->HasMax) run.CopyTo(new Span<float>(infinite + at, length));
            if (call->HasAverage) run.CopyTo(new Span<float>(zero + at, length));
        }
    }
}

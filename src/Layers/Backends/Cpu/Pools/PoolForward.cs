using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;

namespace MIOpenDarts.Layers.Backends.Cpu.Pools;

/// <summary>Largest value, its tap, and mean of every window of an image, with the sums for the batch norms behind them. Item: image.</summary>
internal readonly unsafe struct PoolForward<S, V>(PoolCall* call, bool statistics) : IWork
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly PoolCall* call = call;
    private readonly bool statistics = statistics;

    public void Run(int item, int thread)
    {
        var memory = call->Threads + thread * call->FloatsPerThread;
        var source = call->Source;
        CopyImage(item, thread, memory);
        var (length, period) = (call->RowLength, source.Period);
        var vectors = (length + S.Width - 1) / S.Width;
        var best = memory + call->MaxRow;
        var mean = memory + call->AverageRow;
        var maxSums = memory + call->MaxSums;
        var meanSums = memory + call->AverageSums;
        for (var h = 0; h < call->Height; h++)
        {
            var (start, row) = (((nint)item * call->Height + h) * length, h * call->Window.StrideH * source.RowFloats);
            Largest(memory + call->Bottomless + row, vectors, best, memory + call->IndexRow, call->Indices + start, length);
            WeightedRuns<S, V>.Run(
                mean, vectors, memory + call->Zeroed + row, call->Taps.Runs, call->Taps.Count, call->Taps.Weights, null, period);
            var rows = S.Broadcast(call->InverseRows(h));
            for (var i = 0; i < length; i += S.Width)
                S.Store(S.Multiply(S.Load(mean + i), S.Multiply(S.Load(call->InverseColumns + i), rows)), mean + i);
            if (h == 0)
            {
                ChannelSums<S, V>.Start(best, source.Channels, period, maxSums);
                ChannelSums<S, V>.Start(mean, source.Channels, period, meanSums);
            }

            ChannelSums<S, V>.Squares(best, call->Max + start, length, period, maxSums, stream: false);
            ChannelSums<S, V>.Squares(mean, call->Average + start, length, period, meanSums, stream: false);
        }

        if (!statistics) return;
        ChannelSums<S, V>.Total(maxSums, source.Channels, period, call->MaxStatistics + (nint)item * 3 * source.Channels);
        ChannelSums<S, V>.Total(meanSums, source.Channels, period, call->AverageStatistics + (nint)item * 3 * source.Channels);
    }

    private void CopyImage(int n, int thread, float* memory)
    {
        var source = call->Source;
        var bottomless = memory + call->Bottomless;
        var zeroed = memory + call->Zeroed;
        if (call->Started[thread] == 0)
        {
            new Span<float>(bottomless, (int)source.Floats + S.Width).Fill(float.NegativeInfinity);
            new Span<float>(zeroed, (int)source.Floats + S.Width).Clear();
            call->Started[thread] = 1;
        }

        // One run for a whole row where the columns stay together, one for each pixel otherwise.
        var (pixels, runs) = source.StrideW == 1 ? (source.Width, 1) : (1, source.Width);
        var length = pixels * source.Channels;
        var x = call->Src + (nint)n * source.Height * source.Width * source.Channels;
        for (var h = 0; h < source.Height; h++)
            for (var w = 0; w < runs; w++, x += length)
            {
                var run = new ReadOnlySpan<float>(x, length);
                var at = source.At(h + source.Border, w + source.Border);
                run.CopyTo(new Span<float>(bottomless + at, length));
                run.CopyTo(new Span<float>(zeroed + at, length));
            }
    }

    /// <summary>The first tap in row order wins a tie.</summary>
    private void Largest(float* x, int vectors, float* best, float* index, byte* indices, int length)
    {
        for (var i = 0; i < vectors * S.Width; i += S.Width)
        {
            var (value, tap) = (S.Load(x + call->Offsets[0] + i), S.Zero);
            for (var t = 1; t < call->Window.Taps; t++)
            {
                var next = S.Load(x + call->Offsets[t] + i);
                tap = S.WhereGreater(next, value, S.Broadcast(t), tap);
                value = S.WhereGreater(next, value, next, value);
            }

            S.Store(value, best + i);
            S.Store(tap, index + i);
        }

        var done = 0;
        for (; done <= length - S.Width; done += S.Width) S.StoreBytes(S.Load(index + done), indices + done);
        for (; done < length; done++) indices[done] = (byte)index[done];
    }
}

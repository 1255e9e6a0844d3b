using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>The gradient of the pools, added to the source's gradient once. Item: image.</summary>
internal readonly unsafe struct PoolBackward<S, V>(PoolCall* call) : IParallelBody
    where S : struct, ISimd<V>
{
    public void Run(int item, int thread)
    {
        var source = call->Source;
        var memory = call->Threads + thread * call->FloatsPerThread;
        if (call->BordersCleared[thread] == 0)
        {
            new Span<float>(memory + call->DiffMax, (int)call->Diff.Floats).Clear();
            new Span<float>(memory + call->DiffAverage, (int)call->Diff.Floats).Clear();
            call->BordersCleared[thread] = 1;
        }

        for (var h = 0; h < call->Height; h++) OutputRow(item, h, memory);
        var length = source.Width * source.Channels;
        for (var h = 0; h < source.Height; h++)
        {
            var dx = memory + call->DiffRow;
            if (call->HasAverage) call->Rotated.Gather<S, V, NoPrefetch>(memory + call->DiffAverage, h, h + 1, dx, null, default);
            else new Span<float>(dx, (int)source.RowFloats).Clear();
            for (var phase = 0; phase < source.StrideW && call->HasMax; phase++)
            {
                var (corner, remainder) = (call->Rotated.Corner(h, phase), call->Rotated.ClassOf(h, phase));
                AddLargest(
                    memory + call->DiffMax + corner, memory + call->DiffTaps + corner, call->Rotated.Lists[remainder],
                    call->TapOffsets + remainder * call->Window.Taps, source.Vectors(phase, S.Width), dx + phase * source.PhaseFloats);
            }

            var row = source.StrideW == 1 ? dx : source.Interleave(dx, memory + call->Row);
            var dst = call->DiffSrc + ((nint)item * source.Height + h) * length;
            LaneStores<S, V>.PutRun(row, dst, length, call->Accumulate);
            PrefetchL2.Fetch(dst + length, length);
        }
    }

    /// <summary>Sums dz over the edges and puts it into the bordered images; of the mean, every pixel inside gets an equal share.</summary>
    private void OutputRow(int n, int h, float* memory)
    {
        var length = call->RowLength;
        var start = ((nint)n * call->Height + h) * length;
        var at = call->Diff.At(h, 0);
        float* max = memory + call->MaxRow, mean = memory + call->AverageRow;
        if (call->HasMax)
        {
            var taps = memory + call->DiffTaps + at;
            var indices = call->Indices + start;
            PrefetchL2.Fetch((float*)(indices + length), length / sizeof(float));
            Sum(call->MaxEdges, call->Max + start, length, max);
            new Span<float>(max, length).CopyTo(new Span<float>(memory + call->DiffMax + at, length));
            TapBytes.Load(indices, taps, length);
        }

        if (!call->HasAverage) return;
        Sum(call->AverageEdges, call->Average + start, length, mean);
        var rows = S.Broadcast(call->InverseRows(h));
        for (var i = 0; i < length; i += S.Width)
            S.Store(S.Multiply(S.Load(mean + i), S.Multiply(S.Load(call->InverseColumns + i), rows)), mean + i);
        new Span<float>(mean, length).CopyTo(new Span<float>(memory + call->DiffAverage + at, length));
    }

    /// <summary>sums = Σ_edges (a·diff + b·z + c) for a row of z, while the next row is fetched in step.</summary>
    private static void Sum(in EdgeSum edges, float* z, int length, float* sums) =>
        WeightedSum<S, V>.Run(
            z, edges.Places, edges.Weights, edges.Offset, edges.Count, edges.Pattern, length, ahead: length, sums, accumulate: false);

    private static void AddLargest(float* d, float* indices, TapList taps, nint* offsets, int vectors, float* dx)
    {
        for (nint i = 0; i < vectors * S.Width; i += S.Width)
        {
            var sum = S.Load(dx + i);
            for (var t = 0; t < taps.Taps; t++)
            {
                var (number, at) = (taps.Numbers[t], offsets[taps.Numbers[t]] + i);
                sum = S.Add(sum, S.WhereEqual(S.Load(indices + at), S.Broadcast(number), S.Load(d + at)));
            }

            S.Store(sum, dx + i);
        }
    }
}

using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Both pools of a state, forward and backward, in unmanaged memory.</summary>
internal unsafe struct PoolCall
{
    public int Images;
    public SourceLayout Source;
    public Window2D Window;
    public int Height, Width;

    /// <summary>x: [N,H,W,C] and its gradient.</summary>
    public float* Src, DiffSrc;

    /// <summary>[N,H',W',C], each null where the pool is not wanted.</summary>
    public float* Max, Average;
    public byte* Indices;

    /// <summary>[KernelW]: what the taps of a kernel row read in a bordered row of the source.</summary>
    public nint* Offsets;

    /// <summary>[W'] pattern along a row of outputs: 1/columns inside the image.</summary>
    public float* InverseColumns;

    /// <summary>[N][3][C] each.</summary>
    public double* MaxStatistics, AverageStatistics;

    /// <summary>Each thread's memory, and whether its borders are clear already.</summary>
    public float* Threads;
    public nint FloatsPerThread;
    public int* BordersCleared;

    /// <summary>
    /// In a thread's memory: a row of the source with a border of −∞ and of zero, <see cref="Reach"/> pooled rows of three numbers a pixel,
    /// rows of outputs, sums by pattern.
    /// </summary>
    public nint NegativeInfinityRow, ZeroRow, PooledRows, MaxRow, AverageRow, MaxSums, AverageSums;

    /// <summary>Floats of a row of outputs, rounded up to whole vectors.</summary>
    public nint Pitch;

    public DiffLayout Diff;

    /// <summary>Whether dx is added to.</summary>
    public bool Accumulate;

    /// <summary>dz of a pooled value as a sum over its edges: runs relative to the value, weights and constant by pattern.</summary>
    public EdgeSum MaxEdges, AverageEdges;

    /// <summary>The taps that read a source pixel, all of weight one, in the outputs' gradients.</summary>
    public RotatedFilter Rotated;

    /// <summary>Where the lists of <see cref="Rotated"/> stay between passes; null: in scratch memory.</summary>
    public TapList* Lists;

    /// <summary>
    /// In a thread's memory: gradient of the largest values, taps, gradient of the means, a row of dx by remainder and in order.
    /// </summary>
    public nint DiffMax, DiffTaps, DiffAverage, DiffRow, Row;

    /// <summary>[StrideH][StrideW][taps]: the same taps' offsets one by one.</summary>
    public nint* TapOffsets;

    public readonly bool HasMax => Max != null;

    public readonly bool HasAverage => Average != null;

    /// <summary>Source rows from the first to the last of a window.</summary>
    public readonly int Reach => (Window.KernelH - 1) * Window.Dilation + 1;

    /// <summary>Floats of a row of outputs.</summary>
    public readonly int RowLength => Width * Source.Channels;

    /// <summary>Floats of a channel pattern.</summary>
    public readonly int Pattern(int vectorWidth) => Source.Period * vectorWidth;

    /// <summary>Reads the geometry and takes the memory of both passes.</summary>
    public void LayOut(
        Shape src, Shape dst, Window2D window, int maxEdges, int averageEdges, int vectorWidth, int threads, ref BumpAllocator cursor,
        ref BumpAllocator thread)
    {
        Window = window;
        (Images, Height, Width) = (src.N, dst.H, dst.W);
        Source = new SourceLayout(
            src.H, src.W, src.C, Math.Max(Window.PaddingH, Window.PaddingW), Window.StrideH, Window.StrideW, vectorWidth);
        var pattern = Pattern(vectorWidth);
        Pitch = SourceLayout.RoundUp(RowLength, vectorWidth);
        Offsets = cursor.Take<nint>(Window.KernelW);
        InverseColumns = cursor.Take(RowLength);
        MaxStatistics = cursor.Take<double>(Images * 3 * src.C);
        AverageStatistics = cursor.Take<double>(Images * 3 * src.C);
        BordersCleared = cursor.Take<int>(threads);
        NegativeInfinityRow = thread.TakeOffset(Source.RowFloats + vectorWidth);
        ZeroRow = thread.TakeOffset(Source.RowFloats + vectorWidth);
        PooledRows = thread.TakeOffset(3 * Reach * Pitch);
        MaxRow = thread.TakeOffset(RowLength + vectorWidth);
        AverageRow = thread.TakeOffset(RowLength + vectorWidth);
        MaxSums = thread.TakeOffset(3 * pattern);
        AverageSums = thread.TakeOffset(3 * pattern);
        // A pool is geometry like a depthwise branch, so the same border serves.
        Diff = new DiffLayout(Source, vectorWidth);
        Diff.Cover(Geometry);
        MaxEdges.LayOut(maxEdges, ChannelPattern.Long(src.C, vectorWidth), ref cursor);
        AverageEdges.LayOut(averageEdges, ChannelPattern.Long(src.C, vectorWidth), ref cursor);
        Rotated.LayOut(Source, Diff, Lists, window.Taps, vectorWidth, ref cursor);
        TapOffsets = cursor.Take<nint>(Rotated.Classes * window.Taps);
        DiffMax = thread.TakeOffset(Diff.Floats);
        DiffTaps = thread.TakeOffset(Diff.Floats);
        DiffAverage = thread.TakeOffset(Diff.Floats);
        DiffRow = thread.TakeOffset(Source.RowFloats + vectorWidth);
        Row = thread.TakeOffset((nint)Source.Width * Source.Channels + vectorWidth);
    }

    /// <summary>Sorts the taps by the remainder of the source pixels that they read.</summary>
    public void FillTaps(int vectorWidth)
    {
        var pattern = Pattern(vectorWidth);
        for (var remainder = 0; remainder < Rotated.Classes; remainder++)
        {
            ref var list = ref Rotated.Lists[remainder];
            list.Clear();
            new Span<float>(list.Weights, Window.Taps * pattern).Fill(1);
            for (var t = 0; t < Window.Taps; t++)
            {
                if (!Rotated.Reads(Geometry, t, remainder, out var offset)) continue;
                list.Collect(offset, t);
                TapOffsets[remainder * Window.Taps + t] = offset;
            }

            list.Append(pattern, isAscending: true);
            list.Group(pattern, row: 0);
        }
    }

    /// <summary>Copies addresses and writes the tables.</summary>
    public void Fill(Tensor<float>? max, Tensor<float>? average, Tensor<byte>? indices, Scratchpad scratch, int threads)
    {
        Max = max is null ? null : max.Data();
        Average = average is null ? null : average.Data();
        Indices = indices is null ? null : (byte*)indices.Address;
        Threads = scratch.Threads;
        FloatsPerThread = scratch.FloatsPerThread;
        new Span<int>(BordersCleared, threads).Clear();
        for (var k = 0; k < Window.KernelW; k++) Offsets[k] = Source.At(0, Geometry.TapColumn(k, Source));
        for (var w = 0; w < Width; w++)
            new Span<float>(InverseColumns + (nint)w * Source.Channels, Source.Channels)
                .Fill(1f / Inside(w * Window.StrideW - Window.PaddingW, Window.KernelW, Source.Width));
    }

    /// <summary>1/rows inside the image of the windows of output row <paramref name="h"/>.</summary>
    public readonly float InverseRows(int h) => 1f / Inside(h * Window.StrideH - Window.PaddingH, Window.KernelH, Source.Height);

    /// <summary>The pools' window and the extent of their outputs.</summary>
    public readonly WindowGeometry Geometry => new(Window, Height, Width);

    private readonly int Inside(int first, int kernel, int extent)
    {
        var count = 0;
        for (var k = 0; k < kernel; k++)
            if ((uint)(first + k * Window.Dilation) < (uint)extent) count++;
        return count;
    }
}

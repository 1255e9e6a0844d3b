using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>A plain depthwise convolution in scratch memory, with the layouts of the fused one.</summary>
internal unsafe struct DepthwiseCall
{
    public Shape Src, Dst;
    public Window2D Window;
    public SourceLayout Source;
    public DiffLayout Diff;

    /// <summary>The filter over the bordered source.</summary>
    public TapList Taps;

    /// <summary>The rotated filter over the bordered gradient.</summary>
    public RotatedFilter Rotated;

    public ImageGroups Groups;

    /// <summary>[groups][taps][pattern].</summary>
    public float* Sums;

    /// <summary>
    /// In a thread's memory: bordered source, bordered gradient, an image of outputs or a row of dx by remainder, a row of dx in order.
    /// </summary>
    public nint Copy, DiffCopy, Tile, Row;

    /// <summary>Each thread's memory.</summary>
    public float* Threads;
    public nint FloatsPerThread;

    public readonly WindowGeometry Geometry => new(Window, Dst.H, Dst.W);

    /// <summary>Floats of a channel pattern.</summary>
    public readonly int Pattern(int width) => Source.Period * width;

    /// <summary>Takes the memory.</summary>
    public void LayOut(Shape src, Shape dst, Window2D window, int groups, int width, ref BumpAllocator cursor, ref BumpAllocator thread)
    {
        (Src, Dst, Window, Groups) = (src, dst, window, new ImageGroups(src.N, groups));
        Source = new SourceLayout(src.H, src.W, src.C, Math.Max(window.PaddingH, window.PaddingW), window.StrideH, window.StrideW, width);
        Diff = new DiffLayout(Source, width);
        Diff.Cover(Geometry);
        Taps.LayOut(window.Taps, Pattern(width), ref cursor);
        Rotated.LayOut(Source, Diff, null, window.Taps, width, ref cursor);

        Sums = cursor.Take((nint)Groups.Count * window.Taps * Pattern(width));
        Copy = thread.TakeOffset(Source.Floats + width);
        DiffCopy = thread.TakeOffset(Diff.Floats);
        Tile = thread.TakeOffset(Math.Max((nint)dst.CountPerImage, Source.RowFloats) + width);
        Row = thread.TakeOffset((nint)src.W * src.C + width);
        // A run with fewer taps than the kernel that sums it reads past its end.
        thread.TakeOffset(2 * TapRun.MostTaps * Pattern(width));
    }

    /// <summary>Packs the filter, and rotates it for the data gradient.</summary>
    public void Pack<S, V>(float* filter)
        where S : struct, ISimd<V>
    {
        DepthwiseTaps.Pack<S, V>(ref Taps, Geometry, Source, filter);
        for (var i = 0; i < Rotated.Classes; i++)
        {
            Rotated.Append(i, Taps, Geometry, 0);
            Rotated.Close<S, V>(i);
        }
    }
}

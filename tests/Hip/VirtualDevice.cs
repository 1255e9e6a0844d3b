using System.Runtime.InteropServices;
using System.Text;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Tests.Hip;

/// <summary>Counters and injected faults of the virtual gfx803 in whose process this runs (native/virtual-gpu/README.md).</summary>
internal static unsafe class VirtualDevice
{
    private static readonly Lazy<nint> Library = new(Load);

    /// <summary>Bytes of device memory that are allocated, in pages of 4 KiB.</summary>
    public static long LiveBytes => Count("vgpu_live_bytes");

    /// <summary>The most that was allocated since the last reset.</summary>
    public static long PeakBytes => Count("vgpu_peak_bytes");

    /// <summary>Blocks of device memory that are allocated.</summary>
    public static long LiveAllocations => Count("vgpu_live_allocations");

    /// <summary>Kernels launched since the last reset, those of the libraries among them.</summary>
    public static long Launches => Count("vgpu_launches");

    /// <summary>Bytes copied to the device since the last reset.</summary>
    public static long UploadedBytes => Count("vgpu_copied_bytes", 1);

    /// <summary>Bytes copied from the device since the last reset.</summary>
    public static long DownloadedBytes => Count("vgpu_copied_bytes", 2);

    /// <summary>Calls of each HIP function since the last reset.</summary>
    public static IReadOnlyList<(string Function, long Calls)> Functions
    {
        get
        {
            var next = (delegate* unmanaged<int, ulong*, byte*>)NativeLibrary.GetExport(Library.Value, "vgpu_function");
            var all = new List<(string, long)>();
            ulong calls;
            for (byte* name; (name = next(all.Count, &calls)) is not null;) all.Add((Marshal.PtrToStringUTF8((nint)name)!, (long)calls));
            return [.. all.Where(f => f.Item2 > 0)];
        }
    }

    /// <summary>Every count starts at zero, the peak at what is live.</summary>
    public static void Reset() => ((delegate* unmanaged<void>)NativeLibrary.GetExport(Library.Value, "vgpu_reset_counters"))();

    /// <summary>
    /// The call-th call of a HIP function from now on fails with an error (2: out of memory); call 0 takes the fault away.
    /// </summary>
    public static void Fail(string function, long call, int error = 999)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(function + '\0'))
            ((delegate* unmanaged<byte*, ulong, int, void>)NativeLibrary.GetExport(Library.Value, "vgpu_fail"))(name, (ulong)call, error);
    }

    private static long Count(string name) => (long)((delegate* unmanaged<ulong>)NativeLibrary.GetExport(Library.Value, name))();

    private static long Count(string name, int kind) =>
        (long)((delegate* unmanaged<int, ulong>)NativeLibrary.GetExport(Library.Value, name))(kind);

    private static nint Load()
    {
        var path = Rocm.PathOf(RocmLibrary.Hip);
        Assert.SkipUnless(
            path is not null && NativeLibrary.TryGetExport(NativeLibrary.Load(path), "vgpu_function", out _),
            "This counts on the virtual gfx803 only: VirtualGpuTests runs it there.");
        return NativeLibrary.Load(path!);
    }
}

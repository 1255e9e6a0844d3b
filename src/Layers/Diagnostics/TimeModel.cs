using System.Runtime.InteropServices;
using System.Text;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>
/// The time model of the virtual gfx803 that this process runs on: <c>native/virtual-gpu/README.md</c> says what it counts and how far it
/// is off.
/// </summary>
internal sealed unsafe class TimeModel
{
    /// <summary>The environment variable of the virtual GPU that names the card.</summary>
    public const string CardVariable = "VGPU_TIME";

    /// <summary>What to do where this process runs on a virtual gfx803 without the model.</summary>
    public const string TooOld =
        "the virtual gfx803 here does not have the time model of this version: run native/virtual-gpu/setup.sh again";

    // What the virtual GPU's library has and no real one.
    private const string ChipExport = "vgpu_time_chip";

    private readonly nint library;

    private TimeModel(nint library, string card, double gigabytesPerSecond, double launchMicroseconds)
    {
        this.library = library;
        (Card, GigabytesPerSecond, LaunchMicroseconds) = (card, gigabytesPerSecond, launchMicroseconds);
    }

    /// <summary>Cards that it has constants for.</summary>
    public static string[] Cards { get; } = ["rx580", "rx570", "rx560", "fiji", "vega10"];

    /// <summary>The modelled card.</summary>
    public string Card { get; }

    /// <summary>Nominal bandwidth of its memory.</summary>
    public double GigabytesPerSecond { get; }

    /// <summary>What a launch in a full queue costs beside its kernel.</summary>
    public double LaunchMicroseconds { get; }

    /// <summary>Launches that were modelled so far.</summary>
    public long Launches
    {
        get
        {
            ulong launches;
            ((delegate* unmanaged<ulong*, double>)NativeLibrary.GetExport(library, "vgpu_modelled_microseconds"))(&launches);
            return (long)launches;
        }
    }

    /// <summary>Whether this process was started for a modelled GPU.</summary>
    public static bool IsAskedFor => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(CardVariable));

    /// <summary>
    /// Whether the HIP library of this process is that of the virtual gfx803: the times that a clock takes there are its interpreter's.
    /// </summary>
    public static bool IsVirtual =>
        Rocm.PathOf(RocmLibrary.Hip) is { } path && NativeLibrary.TryGetExport(NativeLibrary.Load(path), ChipExport, out _);

    /// <summary>The model, or null where this process does not run on a modelled GPU.</summary>
    public static TimeModel? Here()
    {
        if (!IsAskedFor || Rocm.PathOf(RocmLibrary.Hip) is not { } path) return null;
        var library = NativeLibrary.Load(path);
        if (!NativeLibrary.TryGetExport(library, ChipExport, out var chip)) return null;
        double gigabytes, launch;
        var card = ((delegate* unmanaged<double*, double*, byte*>)chip)(&gigabytes, &launch);
        return card is null ? null : new TimeModel(library, Marshal.PtrToStringUTF8((nint)card)!, gigabytes, launch);
    }

    /// <summary>Runs something and returns what the model says of its kernels, the longest first.</summary>
    public IReadOnlyList<ModelledKernel> Record(Action run)
    {
        var file = Path.GetTempFileName();
        try
        {
            Log(file);
            run();
            Log("");
            return ModelledKernel.Parse(File.ReadLines(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private void Log(string file)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(file + '\0'))
        {
            ((delegate* unmanaged<byte*, void>)NativeLibrary.GetExport(library, "vgpu_time_log"))(path);
        }
    }
}

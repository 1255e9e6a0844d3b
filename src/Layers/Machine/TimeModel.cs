using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Layers.Machine;

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

    private const string OnConvolutions =
        "1.5 either way (one standard deviation over OpenCL convolutions of a Vega 10, which took 1.2 times as long as modelled)";

    private const string Known = "the time of a kernel is off by a factor of ";

    // What the virtual GPU's library has and no real one.
    private const string ChipExport = "vgpu_time_chip";

    // The youngest of the functions that are called here: a library that has it has all.
    private const string ForgetExport = "vgpu_time_forget";

    private readonly nint library;

    private TimeModel(nint library, string card, double gigabytesPerSecond, double launchMicroseconds)
    {
        this.library = library;
        (Card, GigabytesPerSecond, LaunchMicroseconds) = (card, gigabytesPerSecond, launchMicroseconds);
        double gigahertz, streaming;
        ((delegate* unmanaged<double*, double*, void>)NativeLibrary.GetExport(library, "vgpu_time_rates"))(&gigahertz, &streaming);
        var sources = Marshal.PtrToStringUTF8(NativeLibrary.GetExport(library, "vgpu_time_sources"));
        Constants = string.Create(
            CultureInfo.InvariantCulture,
            $"{gigahertz:0.####} GHz, {streaming:0.#} GB/s, {launchMicroseconds:0.##} us a launch, time model {sources}");
    }

    /// <summary>Cards that it has constants for.</summary>
    public static string[] Cards { get; } = ["rx580", "rx570", "rx560", "fiji", "vega10"];

    /// <summary>How far its times are off on a card, by the times that were measured on cards (native/virtual-gpu/README.md).</summary>
    /// <param name="card">One of <see cref="Cards"/>.</param>
    public static string ErrorOn(string card) => card switch
    {
        "fiji" => Known + "1.15 either way (one standard deviation over products of an R9 Nano)",
        "vega10" => Known + OnConvolutions,
        _ => $"{Known}{OnConvolutions}; no kernel was timed on this card",
    };

    /// <summary>The modelled card.</summary>
    public string Card { get; }

    /// <summary>Nominal bandwidth of its memory.</summary>
    public double GigabytesPerSecond { get; }

    /// <summary>What a launch in a full queue costs beside its kernel.</summary>
    public double LaunchMicroseconds { get; }

    /// <summary>
    /// What its times follow from, in a line: clock, rate of streaming from memory, time of a launch, and a hash of the model's sources.
    /// </summary>
    public string Constants { get; }

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

    /// <summary>Whether the virtual gfx803 executes no kernel in this process: a clock sees nothing of what a kernel takes then.</summary>
    public static bool IsDry =>
        int.TryParse(Environment.GetEnvironmentVariable("VGPU_DRY"), CultureInfo.InvariantCulture, out var dry) && dry != 0 && IsVirtual;

    /// <summary>The model, or null where this process does not run on a modelled GPU.</summary>
    public static TimeModel? Here()
    {
        if (!IsAskedFor || Rocm.PathOf(RocmLibrary.Hip) is not { } path) return null;
        var library = NativeLibrary.Load(path);
        if (!NativeLibrary.TryGetExport(library, ChipExport, out var chip) || !NativeLibrary.TryGetExport(library, ForgetExport, out _))
            return null;
        double gigabytes, launch;
        var card = ((delegate* unmanaged<double*, double*, byte*>)chip)(&gigabytes, &launch);
        return card is null ? null : new TimeModel(library, Marshal.PtrToStringUTF8((nint)card)!, gigabytes, launch);
    }

    /// <summary>
    /// Empties the modelled L2 and counts every launch anew, so that what follows does not depend on what ran before. Nothing may be
    /// running.
    /// </summary>
    public void Forget() => ((delegate* unmanaged<void>)NativeLibrary.GetExport(library, ForgetExport))();

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

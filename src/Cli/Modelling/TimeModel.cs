using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>
/// The time model of the virtual gfx803 that this process runs on: <c>native/virtual-gpu/README.md</c> says what it counts and how far it
/// is off.
/// </summary>
internal sealed unsafe class TimeModel
{
    /// <summary>The environment variable of the virtual GPU that names the card.</summary>
    public const string CardVariable = "VGPU_TIME";

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

    /// <summary>The model, or null where this process does not run on a modelled GPU.</summary>
    public static TimeModel? Here()
    {
        if (!IsAskedFor || Rocm.PathOf(RocmLibrary.Hip) is not { } path) return null;
        var library = NativeLibrary.Load(path);
        if (!NativeLibrary.TryGetExport(library, "vgpu_time_chip", out var chip)) return null;
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

/// <summary>What the model says of all launches of one kernel.</summary>
/// <param name="Name">The kernel.</param>
/// <param name="Launches">How many they are.</param>
/// <param name="Microseconds">Their time together, without the launches themselves.</param>
/// <param name="Binding">The resource that is busy longest.</param>
/// <param name="BusyShare">How much of the time it is busy.</param>
internal sealed record ModelledKernel(string Name, int Launches, double Microseconds, string Binding, double BusyShare)
{
    private const string Unit = "_us";

    /// <summary>From the model's log: a head, then a line a launch with the kernel, its time, and the time of each resource.</summary>
    /// <exception cref="InvalidDataException">It has other columns.</exception>
    public static IReadOnlyList<ModelledKernel> Parse(IEnumerable<string> lines)
    {
        var rows = lines.Select(l => l.Split('\t')).ToList();
        if (rows.Count == 0) return [];
        var (head, time) = (rows[0], Array.IndexOf(rows[0], "body" + Unit));
        var resources = Enumerable.Range(0, head.Length).Where(i => i != time && head[i].EndsWith(Unit, StringComparison.Ordinal))
            .ToArray();
        if (time < 0 || resources.Length == 0 || rows.Exists(row => row.Length != head.Length))
            throw new InvalidDataException(
                $"the time model's log has no column body{Unit} with columns of resources after it ('{string.Join(' ', head)}'): "
                + VirtualCard.TooOld);
        return
        [
            .. rows.Skip(1).GroupBy(r => r[0]).Select(launches =>
            {
                var microseconds = Sum(time);
                var (column, busy) = resources.Select(i => (i, Sum(i))).MaxBy(r => r.Item2);
                return new ModelledKernel(launches.Key, launches.Count(), microseconds, head[column][..^Unit.Length], busy / microseconds);

                double Sum(int at) => launches.Sum(r => double.Parse(r[at], CultureInfo.InvariantCulture));
            }).OrderByDescending(k => k.Microseconds),
        ];
    }
}

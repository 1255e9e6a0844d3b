using System.Globalization;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Backends;

/// <summary>The registry of backends: a new one is a subclass of <see cref="Backend{T}"/> and a line in <see cref="All"/>.</summary>
public static class BackendChoice
{
    /// <summary>The name that leaves the choice to the program: the first of <see cref="All"/> that can run here.</summary>
    public const string Auto = "auto";

    /// <summary>All backends, the one that <see cref="Auto"/> prefers first.</summary>
    internal static IReadOnlyList<BackendKind> All { get; } =
    [
        BackendKind.OnDevices("hip", Gpus, MIOpenBackend.Create),
        BackendKind.OnProcessor("cpu", threads => CpuBackend.Create(threads)),
        BackendKind.OnProcessor("reference", _ => new ReferenceBackend<float>()),
    ];

    /// <summary>Names that <see cref="Create"/> knows, without numbers of devices.</summary>
    public static IReadOnlyList<string> Names { get; } = [Auto, .. All.Select(kind => kind.Name)];

    /// <summary>What may be typed, in words.</summary>
    public static string Allowed { get; } = string.Join(", ",
        [Auto, .. All.SelectMany(kind => kind.Forms).SkipLast(1)]) + $" or {All[^1].Name}";

    private static BackendDevices Gpus => new(
        "AMD GPUs", () => [.. HipDevice.All.Select(device => $"{device.Name}, {device.Architecture}")], () => HipDevice.WhyNone,
        () => HipDevice.All.Count > 0 && Rocm.IsAvailable(RocmLibrary.HipRtc));

    /// <summary>Whether <see cref="Create"/> knows a name, be the device there or not.</summary>
    public static bool IsName(string name) => Find(name) is not null;

    /// <summary>The kind of backend that a name says, <see cref="Auto"/> among them; null where it says none.</summary>
    internal static BackendKind? Find(string name) => Parse(name)?.Kind;

    /// <summary>
    /// The backend called <paramref name="name"/>: <c>hip</c> or <c>hip:n</c> (the n-th AMD GPU), <c>cpu</c> (SIMD), <c>reference</c>
    /// (plain loops), or <c>auto</c> (the first GPU if there is one that can be used, else <c>cpu</c>).
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>, with the number of a device where it has some.</param>
    /// <param name="threads">Threads of <c>cpu</c>; 0 for one for each core.</param>
    /// <param name="deterministic">Whether <c>hip</c> gives the same bits in every run; the others always do.</param>
    /// <exception cref="BackendUnavailableException">The name is unknown, or the backend cannot run here; the message says what
    /// can.</exception>
    public static Backend<float> Create(string name, int threads = 0, bool deterministic = true) => Parse(name) is var (kind, device)
        ? kind.Create(device ?? 0, threads, deterministic)
        : throw new BackendUnavailableException($"backend '{name}' is unknown; use one of {string.Join(", ", Names)}");

    /// <summary>
    /// The name for one of several jobs side by side: where <paramref name="name"/> leaves the choice of a device open, they take turns.
    /// </summary>
    /// <param name="name">What was typed.</param>
    /// <param name="job">Number of the job, from 0.</param>
    public static string InTurn(string name, int job) => Parse(name) is ({ Devices: { } devices, IsUsable: true } kind, null)
        ? $"{kind.Name}:{job % devices.List().Count}"
        : name;

    private static (BackendKind Kind, int? Device)? Parse(string name)
    {
        if (name == Auto) return (All.First(kind => kind.IsUsable), null);
        foreach (var kind in All)
        {
            if (name == kind.Name) return (kind, null);
            var prefix = kind.Name + ":";
            if (kind.Devices is not null && name.StartsWith(prefix, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var device)) return (kind,
                    device);
        }

        return null;
    }
}

/// <summary>A backend cannot be had; the message says why and what can.</summary>
public sealed class BackendUnavailableException : Exception
{
    /// <summary>Without a text.</summary>
    public BackendUnavailableException()
    {
    }

    /// <summary>With a text.</summary>
    public BackendUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public BackendUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

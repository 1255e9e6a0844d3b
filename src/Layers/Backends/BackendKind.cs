namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// What the program knows of a backend before it makes one: its name, how it is made, on which devices. Command lines, validation, help
/// and diagnostics read these in <see cref="BackendChoice.All"/>.
/// </summary>
internal sealed class BackendKind
{
    private readonly Func<int, int, bool, Backend<float>> create;

    private BackendKind(string name, bool warmsUp, Func<int, int, bool, Backend<float>> create) =>
        (Name, WarmsUp, this.create) = (name, warmsUp, create);

    /// <summary>What users type, and <see cref="Backend{T}.Name"/> says.</summary>
    public string Name { get; }

    /// <summary>Whether it is an <see cref="IWarmUp"/>.</summary>
    public bool WarmsUp { get; }

    /// <summary>The devices that it runs on, of which a name may give the number; null for the processor.</summary>
    public BackendDevices? Devices { get; private init; }

    /// <summary>Whether <c>auto</c> may take it: it can run here.</summary>
    public bool IsUsable => Devices?.AreUsable() ?? true;

    /// <summary>Ways to type it, for help: <c>hip</c> and <c>hip:0 (a device number)</c>, or the name alone.</summary>
    internal IEnumerable<string> Forms => Devices is null ? [Name] : [Name, $"{Name}:0 (a device number)"];

    /// <summary>A kind of backend on the processor.</summary>
    /// <typeparam name="TBackend">Its class.</typeparam>
    /// <param name="name">What users type.</param>
    /// <param name="create">Makes one with so many threads; 0 for one for each core.</param>
    internal static BackendKind OnProcessor<TBackend>(string name, Func<int, TBackend> create)
        where TBackend : Backend<float> => new(name, IsWarmedUp<TBackend>(), (_, threads, _) => create(threads));

    /// <summary>A kind of backend on devices of its own.</summary>
    /// <typeparam name="TBackend">Its class.</typeparam>
    /// <param name="name">What users type.</param>
    /// <param name="devices">Those devices.</param>
    /// <param name="create">Makes one on the device with this number; the flag allows only sums in the same order every time.</param>
    internal static BackendKind OnDevices<TBackend>(string name, BackendDevices devices, Func<int, bool, TBackend> create)
        where TBackend : Backend<float> =>
        new(name, IsWarmedUp<TBackend>(), (device, _, deterministic) => create(device, deterministic)) { Devices = devices };

    /// <summary>Makes one.</summary>
    /// <exception cref="BackendUnavailableException">It cannot run here; the message says why.</exception>
    internal Backend<float> Create(int device, int threads, bool deterministic) => create(device, threads, deterministic);

    private static bool IsWarmedUp<TBackend>() => typeof(IWarmUp).IsAssignableFrom(typeof(TBackend));
}

/// <summary>The devices of a kind of backend.</summary>
/// <param name="Title">What they are called together.</param>
/// <param name="List">Name and architecture of each, by its number.</param>
/// <param name="WhyNone">Why there is none; null where there are some.</param>
/// <param name="AreUsable">Whether there is one, and the libraries that it needs.</param>
internal sealed record BackendDevices(string Title, Func<IReadOnlyList<string>> List, Func<string?> WhyNone, Func<bool> AreUsable);

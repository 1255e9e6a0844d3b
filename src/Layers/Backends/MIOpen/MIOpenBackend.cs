using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Blas;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Kernels;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Layers.Backends.MIOpen.Convolutions;
using MIOpenDarts.Layers.Backends.MIOpen.Device;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

/// <summary>How one of our kernels or an operation of MIOpen was used.</summary>
/// <param name="Launches">How often.</param>
/// <param name="Bytes">
/// Bytes of tensors that it read and wrote. What several branches or tiles of a launch read at the same time counts once; partial sums and
/// statistics, which are small, are left out.
/// </param>
internal readonly record struct KernelUse(long Launches, long Bytes);

/// <summary>
/// One AMD GPU: device memory and one stream of HIP; convolutions, pools, batch norm, activation, softmax and element-wise arithmetic
/// through MIOpen, matrix products through hipBLAS, and kernels of our own (<c>native/kernels</c>) for the fused operations of a search and
/// for what MIOpen does not have. Activations lie N, C, H, W, packed. Nothing is summed with atomic additions, unless it is allowed to the
/// libraries, so that results are the same in every run.
/// </summary>
internal sealed partial class MIOpenBackend : Backend<float>
{
    private readonly HipStream stream;
    private readonly DeviceMemory memory;
    private readonly KernelLibrary kernels;
    private readonly KernelArguments arguments = new();
    private readonly Dictionary<string, KernelUse> uses = [];
    private readonly Descriptors descriptors = new();
    private readonly Lazy<MIOpenHandle> miopen;
    private readonly Lazy<HipBlasHandle> blas;
    private readonly Lazy<SolverMemory> choices;
    private readonly Lazy<ConvolutionSolver> solver;

    private MIOpenBackend(HipDevice device, bool deterministic)
    {
        (Device, Deterministic) = (device, deterministic);
        stream = HipStream.Create(device);
        memory = new DeviceMemory(device, stream);
        kernels = new KernelLibrary(device);
        miopen = new(CreateMIOpen);
        blas = new(CreateBlas);
        choices = new(() => Times.Open(SolverFolder));
        solver = new(() => new ConvolutionSolver(miopen.Value, descriptors, memory, choices.Value));
    }

    /// <inheritdoc/>
    public override string Name => "hip";

    /// <inheritdoc/>
    public override string Description => $"{Device.Name}, {Device.Architecture}, {Device.TotalMemory >> 20} MiB";

    /// <inheritdoc/>
    public override string Signature => $"hip/Single/{Device.Architecture}";

    /// <inheritdoc/>
    public override int Threads => 0;

    /// <inheritdoc/>
    internal override string Implementation(PlainOperation operation) => operation switch
    {
        PlainOperation.PointwiseConvolution => "hip, product by hipBLAS, or MIOpen where a warm-up found that faster",
        PlainOperation.Convolution => "hip, MIOpen's solver",
        _ => "hip, kernel of our own",
    };

    /// <inheritdoc/>
    public override bool NeedsSelfTest => true;

    /// <summary>The GPU.</summary>
    public HipDevice Device { get; }

    /// <inheritdoc/>
    internal override HipDevice Gpu => Device;

    /// <summary>Whether MIOpen and rocBLAS may use only what sums in the same order every time. Our own kernels always do.</summary>
    public bool Deterministic { get; }

    /// <summary>
    /// Whether MIOpen computes every convolution that stands alone, as in a program without kernels of its own: only to compare with one.
    /// Holds for what is planned afterwards.
    /// </summary>
    internal bool LibraryConvolutions { get; set; }

    /// <summary>Searches for a convolution's solver that were run, and not spared by what is remembered.</summary>
    internal int SolverSearches => solver.IsValueCreated ? solver.Value.Searches : 0;

    /// <summary>Kernels of our own and operations of MIOpen that were launched; hipBLAS's are not counted.</summary>
    public long Launches => uses.Values.Sum(u => u.Launches);

    /// <summary>Bytes of tensors that they read and wrote; see <see cref="KernelUse"/>.</summary>
    public long TrafficBytes => uses.Values.Sum(u => u.Bytes);

    /// <summary>The same for each of them.</summary>
    public IReadOnlyDictionary<string, KernelUse> KernelUses => uses;

    /// <summary>The backend on the GPU with this number.</summary>
    /// <param name="ordinal">From 0.</param>
    /// <param name="deterministic">See <see cref="Deterministic"/>.</param>
    /// <exception cref="BackendUnavailableException">There is no such GPU, or its libraries are missing; the text says why.</exception>
    public static MIOpenBackend Create(int ordinal = 0, bool deterministic = true)
    {
        if (HipDevice.All.Count == 0) throw new BackendUnavailableException($"backend 'hip': {HipDevice.WhyNone}");
        if (ordinal < 0 || ordinal >= HipDevice.All.Count)
            throw new BackendUnavailableException(WhichThereAre(ordinal, [.. HipDevice.All.Select(d => d.Name)]));
        if (Rocm.WhyUnavailable(RocmLibrary.HipRtc) is { } missing) throw new BackendUnavailableException($"backend 'hip': {missing}");
        try
        {
            return new MIOpenBackend(HipDevice.All[ordinal], deterministic);
        }
        catch (HipException e)
        {
            throw new BackendUnavailableException($"backend 'hip:{ordinal}': {e.Message}", e);
        }
    }

    /// <summary>What to say to a number that no GPU has.</summary>
    /// <param name="ordinal">The number.</param>
    /// <param name="names">Names of the GPUs that there are, at least one.</param>
    internal static string WhichThereAre(int ordinal, IReadOnlyList<string> names)
    {
        var all = names.Select((name, i) => $"hip:{i} ({name})").ToList();
        return $"backend 'hip:{ordinal}': there is no such GPU, but "
            + (all.Count == 1 ? $"one, {all[0]}" : $"{all.Count}: {string.Join(", ", all.SkipLast(1))} and {all[^1]}");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (solver.IsValueCreated) solver.Value.Dispose();
            descriptors.Dispose();
            if (miopen.IsValueCreated) miopen.Value.Dispose();
            if (blas.IsValueCreated) blas.Value.Dispose();
            memory.Dispose();
            kernels.Dispose();
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    // Beside the kernels.
    private static string SolverFolder => Path.Combine(CodeObjectCache.Default().Directory, "..", "solvers");

    private TimingSource Times => new(Device.Architecture, Device.Name, HipDevice.DriverVersion, MIOpenHandle.LibraryVersion);

    private MIOpenHandle CreateMIOpen()
    {
        Times.SeparateMIOpen(SolverFolder);
        return MIOpenHandle.Create(stream);
    }

    private HipBlasHandle CreateBlas()
    {
        var handle = HipBlasHandle.Create(stream);
        handle.Deterministic = Deterministic;
        return handle;
    }

    private static int Groups(long count, int size = KernelConstants.Threads) => checked((int)((count + size - 1) / size));

    private static int Flag(bool value) => value ? 1 : 0;

    private static nint Address(Tensor<float>? tensor) => tensor is null ? 0 : tensor.Address;

    /// <summary>Arguments of the next launch: addresses and numbers, in the order of the kernel's parameters.</summary>
    private KernelArguments Arguments => arguments.Clear();

    /// <summary>Gives a kernel to the stream.</summary>
    /// <param name="kernel">Its name.</param>
    /// <param name="x">Work-groups along x.</param>
    /// <param name="y">Work-groups along y.</param>
    /// <param name="z">Work-groups along z.</param>
    /// <param name="threads">Threads of a work-group.</param>
    /// <param name="moved">Floats of tensors that it reads and writes.</param>
    private void Launch(string kernel, int x, int y = 1, int z = 1, int threads = KernelConstants.Threads, long moved = 0)
    {
        if (x == 0 || y == 0 || z == 0) return;
        Count(kernel, moved);
        kernels[kernel].Launch(stream, new Dim3((uint)x, (uint)y, (uint)z), new Dim3((uint)threads), arguments);
    }

    /// <summary>MIOpen, for an operation that moves so many floats of tensors.</summary>
    private MIOpenHandle Library(string operation, long moved)
    {
        Count(operation, moved);
        return miopen.Value;
    }

    private void Count(string operation, long moved)
    {
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(uses, operation, out _);
        use = new KernelUse(use.Launches + 1, use.Bytes + moved * sizeof(float));
    }

    private DeviceTensor Described(Tensor<float> tensor) => Described(tensor.Shape, tensor.Address);

    private DeviceTensor Described(Shape shape, nint address) => new(descriptors[shape], memory.Span(address, shape.Count * sizeof(float)));
}

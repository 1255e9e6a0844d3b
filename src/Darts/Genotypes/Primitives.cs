using System.Diagnostics.CodeAnalysis;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// The primitives: <c>OPS</c> of the official <c>operations.py</c> and <c>PRIMITIVES</c> of its <c>genotypes.py</c>. A primitive is defined
/// here and nowhere else; a program that uses the library adds its own (<see cref="Add"/>).
/// </summary>
public static class Primitives
{
    private static readonly Lock Adding = new();

    /// <summary>No connection.</summary>
    public static Primitive None { get; } = new Zero("none", "none");
    /// <summary>3x3 maximum pooling.</summary>
    public static Primitive MaxPool3x3 { get; } = new Pool("max_pool_3x3", "pool-1", SharedKind.MaxPool);
    /// <summary>3x3 average pooling, border not counted.</summary>
    public static Primitive AvgPool3x3 { get; } = new Pool("avg_pool_3x3", "pool-2", SharedKind.AveragePool);
    /// <summary>Identity, or a factorized reduction at stride 2.</summary>
    public static Primitive SkipConnect { get; } = new Skip("skip_connect", "skip");
    /// <summary>3x3 separable convolution, applied twice.</summary>
    public static Primitive SepConv3x3 { get; } = new SepConv("sep_conv_3x3", "sep-1", kernel: 3);
    /// <summary>5x5 separable convolution, applied twice.</summary>
    public static Primitive SepConv5x5 { get; } = new SepConv("sep_conv_5x5", "sep-2", kernel: 5);
    /// <summary>3x3 separable convolution with dilation 2.</summary>
    public static Primitive DilConv3x3 { get; } = new DilConv("dil_conv_3x3", "dil-1", kernel: 3);
    /// <summary>5x5 separable convolution with dilation 2.</summary>
    public static Primitive DilConv5x5 { get; } = new DilConv("dil_conv_5x5", "dil-2", kernel: 5);
    /// <summary>7x7 separable convolution, applied twice.</summary>
    public static Primitive SepConv7x7 { get; } = new SepConv("sep_conv_7x7", "sep-2", kernel: 7);
    /// <summary>1x7 then 7x1 convolution.</summary>
    public static Primitive Conv7x1_1x7 { get; } = new FactorizedConv("conv_7x1_1x7", "conv-2", kernel: 7);
    /// <summary>1x1 convolution of NAS-Bench-201, with its ReLU and batch norm.</summary>
    public static Primitive NorConv1x1 { get; } = new NorConv("nor_conv_1x1", "conv-1", kernel: 1);
    /// <summary>3x3 convolution of NAS-Bench-201, with its ReLU and batch norm.</summary>
    public static Primitive NorConv3x3 { get; } = new NorConv("nor_conv_3x3", "conv-2", kernel: 3);

    /// <summary>The eight primitives that a search of DARTS mixes, in the official order, which is that of the columns of alpha.</summary>
    public static IReadOnlyList<Primitive> SearchSpace { get; } =
        [None, MaxPool3x3, AvgPool3x3, SkipConnect, SepConv3x3, SepConv5x5, DilConv3x3, DilConv5x5];

    /// <summary>The seven of them that are not <c>none</c>.</summary>
    public static IReadOnlyList<Primitive> Operations { get; } = [.. SearchSpace.Where(primitive => !primitive.IsZero)];

    /// <summary>
    /// All primitives: those of the search, then those of published genotypes and of NAS-Bench-201, then those that were added.
    /// </summary>
    public static IReadOnlyList<Primitive> All { get; private set; } = [.. SearchSpace, SepConv7x7, Conv7x1_1x7, NorConv1x1, NorConv3x3];

    /// <summary>All official names.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(primitive => primitive.Name)];

    /// <summary>Makes a primitive known by its name to genotypes, reports and files. It is in no search until a space has it.</summary>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    public static void Add(Primitive primitive)
    {
        lock (Adding)
        {
            if (TryParse(primitive.Name, out _))
                throw new ArgumentException($"there is a primitive '{primitive.Name}' already", nameof(primitive));
            All = [.. All, primitive];
        }
    }

    /// <summary>Finds a primitive by its official name.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out Primitive? primitive)
    {
        primitive = All.FirstOrDefault(p => p.Name == name);
        return primitive is not null;
    }

    /// <summary>Place of a primitive among <see cref="All"/>, by which equals are told apart.</summary>
    public static int IndexOf(Primitive primitive) => All.TakeWhile(p => p != primitive).Count();

    private sealed class Zero(string name, string colour) : Primitive(name, colour, SharedKind.None)
    {
        protected override Module<T> Create<T>(in OperationSite<T> site) => new Zero<T>(site.Stride);
    }

    private sealed class Pool(string name, string colour, SharedKind kind) : Primitive(name, colour, kind)
    {
        protected override Module<T> Create<T>(in OperationSite<T> site)
        {
            var window = Window2D.Square(3, site.Stride, 1);
            Module<T> pool = Shared == SharedKind.MaxPool ? new MaxPool<T>(window) : new AveragePool<T>(window);
            if (!site.PoolNorm) return pool;
            return new Sequential<T>(pool, new BatchNorm<T>(site.Parameters, site.Prefix + "1.", site.Channels, affine: false));
        }
    }

    private sealed class Skip(string name, string colour) : Primitive(name, colour, SharedKind.Skip)
    {
        protected override Module<T> Create<T>(in OperationSite<T> site) =>
            site.Stride == 1 ? new Identity<T>() : new FactorizedReduce<T>(
                site.Parameters, site.Prefix, site.Channels, site.Channels, site.Affine);
    }

    private sealed class SepConv(string name, string colour, int kernel) : Primitive(name, colour, SharedKind.Separable)
    {
        protected override Module<T> Create<T>(in OperationSite<T> site) =>
            new SepConv<T>(site.Parameters, site.Prefix, site.Channels, site.Channels, kernel, site.Stride, site.Affine);
    }

    private sealed class DilConv(string name, string colour, int kernel) : Primitive(name, colour, SharedKind.Separable)
    {
        protected override Module<T> Create<T>(in OperationSite<T> site) =>
            new SeparableBlock<T>(
                site.Parameters, site.Prefix, site.Channels, site.Channels, kernel, site.Stride, dilation: 2, site.Affine);
    }

    private sealed class NorConv(string name, string colour, int kernel) : Primitive(name, colour)
    {
        protected override Module<T> Create<T>(in OperationSite<T> site) => new ReluConvBn<T>(
            site.Parameters, site.Prefix, site.Channels, site.Channels, Window2D.Square(kernel, site.Stride, kernel / 2), site.Affine);
    }

    private sealed class FactorizedConv(string name, string colour, int kernel) : Primitive(name, colour)
    {
        // A bare sequence in the official code, so its names have no "op."; they had one here in version 1.
        protected override Module<T> Create<T>(in OperationSite<T> site)
        {
            var (parameters, prefix, channels) = (site.Parameters, site.Prefix, site.Channels);
            parameters.AddFormerPrefix(prefix, prefix + "op.");
            return new Sequential<T>(
                new Relu<T>(),
                new Convolution<T>(
                    parameters, prefix + "1.", channels, channels, new Window2D(1, kernel, 1, site.Stride, 0, kernel / 2, 1)),
                new Convolution<T>(
                    parameters, prefix + "2.", channels, channels, new Window2D(kernel, 1, site.Stride, 1, kernel / 2, 0, 1)),
                new BatchNorm<T>(parameters, prefix + "3.", channels, site.Affine));
        }
    }
}

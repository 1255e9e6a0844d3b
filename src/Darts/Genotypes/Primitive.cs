using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>How cells compute a primitive faster than by its module alone; <see cref="SharedKind.Module"/> is always right.</summary>
public enum SharedKind
{
    /// <summary>By its own module, edge by edge.</summary>
    Module,
    /// <summary>Not at all: it is zero, and its weight only makes those of the others smaller.</summary>
    None,
    /// <summary>
    /// Stride 1: an <see cref="Identity{T}"/>, by reference. Stride 2: a <see cref="FactorizedReduce{T}"/>, all over one ReLU.
    /// </summary>
    Skip,
    /// <summary>
    /// A 3x3 <see cref="MaxPool{T}"/>, in a search with a batch norm after it: one pool for all edges that leave a state.
    /// </summary>
    MaxPool,
    /// <summary>The same with an <see cref="AveragePool{T}"/>.</summary>
    AveragePool,
    /// <summary>An <see cref="ISeparable{T}"/> of one or two blocks: each computed for all edges that leave a state in one call.</summary>
    Separable,
}

/// <summary>Where an operation stands, and how the network around it wants it.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Parameters">Where its parameters are declared.</param>
/// <param name="Prefix">Its official name, with its dot.</param>
/// <param name="Channels">C, of its source and of its destination.</param>
/// <param name="Stride">1 or 2.</param>
/// <param name="Affine">Whether batch norms learn scale and shift: in a discrete network.</param>
/// <param name="PoolNorm">Whether a batch norm follows a pool: in a search of DARTS.</param>
public readonly record struct OperationSite<T>(
    ParameterSet<T> Parameters, string Prefix, int Channels, int Stride, bool Affine, bool PoolNorm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>
/// A candidate operation of an edge, all in one definition: everything else asks it. Its arithmetic, its trace for exporters and the way it
/// takes more channels are those of the modules that it builds.
/// </summary>
/// <param name="name">Official name, such as <c>sep_conv_3x3</c>; unique.</param>
/// <param name="colour">Its colour in reports and drawings: a name of the palette, one hue a family and one shade a kernel.</param>
/// <param name="shared">How cells compute it.</param>
public abstract class Primitive(string name, string colour, SharedKind shared = SharedKind.Module)
{
    /// <summary>Official name, such as <c>sep_conv_3x3</c>.</summary>
    public string Name => name;

    /// <summary>Name of its colour in the palette of reports.</summary>
    public string Colour => colour;

    /// <summary>How cells compute it.</summary>
    public SharedKind Shared => shared;

    /// <summary>Whether it is zero, so that an edge with it is none: a genotype has no such edge.</summary>
    public bool IsZero => shared == SharedKind.None;

    /// <summary>Whether it passes its source on.</summary>
    public bool IsIdentity(int stride) => shared == SharedKind.Skip && stride == 1;

    /// <summary>Whether it is zero or the identity, so that there is nothing to drop and nothing to measure.</summary>
    public bool IsTrivial(int stride) => IsZero || IsIdentity(stride);

    /// <summary>Builds it as a module. x: [N,C,H,W], y: [N,C,⌈H/stride⌉,⌈W/stride⌉].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A stride other than 1 and 2.</exception>
    public Module<T> Build<T>(in OperationSite<T> site)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => site.Stride is 1 or 2
        ? Create(site)
        : throw new ArgumentOutOfRangeException(nameof(site), site.Stride, "A primitive has stride 1 or 2.");

    /// <summary>The official name.</summary>
    public override string ToString() => name;

    /// <summary>Declares the parameters and makes the module.</summary>
    protected abstract Module<T> Create<T>(in OperationSite<T> site)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

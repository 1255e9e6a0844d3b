using System.Runtime.CompilerServices;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Additional;

/// <summary>
/// A primitive that the library does not know, composed of modules that it has: 1x1 to half of the channels, then 3x3 back, each with ReLU
/// and batch norm. This file is all that there is of it.
/// </summary>
internal sealed class SqueezeConv : Primitive
{
    private SqueezeConv()
        : base("squeeze_conv_3x3", colour: "conv-1")
    {
    }

    /// <summary>The primitive, known by its name.</summary>
    public static Primitive Instance { get; } = Known(new SqueezeConv());

    /// <summary>The space of DARTS with it, known by its name.</summary>
    public static CellSpace Space { get; } = Known(
        new CellSpace("darts-and-squeeze", [.. Primitives.SearchSpace, Instance], CellTopology.Darts));

    protected override Module<T> Create<T>(in OperationSite<T> site)
    {
        var (parameters, prefix, channels, squeezed) = (site.Parameters, site.Prefix, site.Channels, Math.Max(1, site.Channels / 2));
        return new Sequential<T>(
            new ReluConvBn<T>(parameters, prefix + "squeeze.", channels, squeezed, Window2D.Point, site.Affine),
            new ReluConvBn<T>(parameters, prefix + "expand.", squeezed, channels, Window2D.Square(3, site.Stride, 1), site.Affine));
    }

    // A test that has only the name of either must find it, whatever ran before it in its process.
    [ModuleInitializer]
    internal static void Register() => _ = Space;

    private static Primitive Known(Primitive primitive)
    {
        Primitives.Add(primitive);
        return primitive;
    }

    private static CellSpace Known(CellSpace space)
    {
        CellSpace.Add(space);
        return space;
    }
}

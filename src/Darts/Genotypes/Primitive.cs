namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// A candidate operation. The first eight are the search space of DARTS (Liu et al. 2019) in the official order,
/// which is also the column of an architecture parameter; the last two occur in published genotypes only.
/// </summary>
public enum Primitive
{
    /// <summary>Zero: no connection.</summary>
    None,
    /// <summary>3x3 maximum pooling.</summary>
    MaxPool3x3,
    /// <summary>3x3 average pooling, border not counted.</summary>
    AvgPool3x3,
    /// <summary>Identity, or a factorized reduction at stride 2.</summary>
    SkipConnect,
    /// <summary>3x3 separable convolution, applied twice.</summary>
    SepConv3x3,
    /// <summary>5x5 separable convolution, applied twice.</summary>
    SepConv5x5,
    /// <summary>3x3 separable convolution with dilation 2.</summary>
    DilConv3x3,
    /// <summary>5x5 separable convolution with dilation 2.</summary>
    DilConv5x5,
    /// <summary>7x7 separable convolution, applied twice.</summary>
    SepConv7x7,
    /// <summary>1x7 then 7x1 convolution.</summary>
    Conv7x1_1x7,
}

/// <summary>Official names of the primitives and the DARTS search space.</summary>
public static class Primitives
{
    private static readonly string[] OfficialNames =
    [
        "none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5",
        "dil_conv_3x3", "dil_conv_5x5", "sep_conv_7x7", "conv_7x1_1x7",
    ];

    /// <summary>The eight primitives that a search mixes, in the official order.</summary>
    public static IReadOnlyList<Primitive> SearchSpace { get; } = Array.AsReadOnly(Enum.GetValues<Primitive>()[..8]);

    /// <summary>The seven of them that are not <c>none</c>.</summary>
    public static IReadOnlyList<Primitive> Operations { get; } = Array.AsReadOnly(Enum.GetValues<Primitive>()[1..8]);

    /// <summary>All official names, in the order of <see cref="Primitive"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(OfficialNames);

    /// <summary>The official name, such as <c>sep_conv_3x3</c>.</summary>
    public static string Name(this Primitive primitive) => OfficialNames[(int)primitive];

    /// <summary>Finds a primitive by its official name.</summary>
    public static bool TryParse(string name, out Primitive primitive)
    {
        var index = Array.IndexOf(OfficialNames, name);
        primitive = (Primitive)Math.Max(index, 0);
        return index >= 0;
    }
}

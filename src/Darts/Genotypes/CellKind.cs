namespace MIOpenDarts.Darts.Genotypes;

/// <summary>A kind of cells of a space; all cells of a kind are equal.</summary>
/// <param name="Name">Its name in files and options.</param>
/// <param name="Title">Its name in sentences.</param>
internal sealed record CellKind(string Name, string Title)
{
    /// <summary>Those of DARTS: cells that keep the size of the image, and cells that halve it.</summary>
    public static IReadOnlyList<CellKind> NormalAndReduction { get; } = [new("normal", "normal cell"), new("reduce", "reduction cell")];

    /// <summary>That of a space whose cells are all equal.</summary>
    public static IReadOnlyList<CellKind> One { get; } = [new("cell", "cell")];

    /// <summary>The title as a heading begins.</summary>
    public string Heading => char.ToUpperInvariant(Title[0]) + Title[1..];
}

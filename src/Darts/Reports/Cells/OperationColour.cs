using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>
/// The CSS variable of an operation, from the primitive's definition: a cell dominated by pooling or by skip connections (the known way a
/// search collapses) is seen before a word is read.
/// </summary>
internal static class OperationColour
{
    /// <summary>
    /// Name of a variable that <see cref="Stylesheet.Palette"/> defines for both themes; that of lines for a name that nobody defined.
    /// </summary>
    public static string Of(string operation) => Primitives.TryParse(operation, out var primitive) ? primitive.Colour : "line";
}

namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>
/// The CSS variable of an operation: one hue per family, one shade per kernel size, so that a cell dominated by pooling or by
/// skip connections (the known way a search collapses) is seen before a word is read.
/// </summary>
internal static class OperationColour
{
    /// <summary>Name of a variable that <see cref="Stylesheet.Palette"/> defines for both themes.</summary>
    public static string Of(string operation)
    {
        if (operation == "none") return "none";
        if (operation.Contains("skip") || operation == "identity") return "skip";
        if (operation.Contains("pool")) return operation.StartsWith("max", StringComparison.Ordinal) ? "pool-1" : "pool-2";
        var shade = operation.Contains("7x7") || operation.Contains("5x5") ? 2 : 1;
        if (operation.StartsWith("sep", StringComparison.Ordinal)) return $"sep-{shade}";
        if (operation.StartsWith("dil", StringComparison.Ordinal)) return $"dil-{shade}";
        return operation.Contains("1x1") ? "conv-1" : "conv-2";
    }
}

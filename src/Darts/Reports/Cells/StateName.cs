namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>Splits c_{k-2} into the letter and its index, which is drawn below the line.</summary>
internal static class StateName
{
    /// <summary>Size of an index relative to its letter.</summary>
    public const double IndexScale = 0.78;

    public static (string Letter, string Index) Split(string name)
    {
        var start = name.IndexOf("_{", StringComparison.Ordinal);
        // U+2212 is as wide as a digit and reads as a minus; a hyphen at this size disappears.
        return start < 0 ? (name, "") : (name[..start], name[(start + 2)..^1].Replace('-', '\u2212'));
    }

    /// <summary>Width in full-size characters.</summary>
    public static double Characters(string name)
    {
        var (letter, index) = Split(name);
        return letter.Length + IndexScale * index.Length;
    }
}

namespace MIOpenDarts.Darts.Data;

/// <summary>How many classes there are, where only the labels tell.</summary>
internal static class LabelCount
{
    /// <summary>One more than the largest label. One damaged label must not create hundreds of classes: every other has to occur.</summary>
    /// <exception cref="DataException">One does not.</exception>
    public static int Of(string name, ReadOnlySpan<int> labels)
    {
        var most = 0;
        foreach (var label in labels) most = Math.Max(most, label);
        var seen = new bool[Math.Min(most, labels.Length) + 1];
        foreach (var label in labels)
            if ((uint)label < (uint)seen.Length) seen[label] = true;
        return Array.IndexOf(seen, false) is >= 0 and var gap
            ? throw new DataException(
                $"{name}: no image has the label {gap} though one has {most}; number the classes from 0 without gaps")
            : most + 1;
    }
}

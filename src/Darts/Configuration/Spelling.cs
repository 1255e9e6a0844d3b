namespace MIOpenDarts.Darts.Configuration;

/// <summary>Guesses what a mistyped name was to be.</summary>
public static class Spelling
{
    /// <summary>The name that takes the fewest edits from what was typed, the first of equals.</summary>
    /// <param name="typed">What was typed, in any case.</param>
    /// <param name="names">The names there are; at least one.</param>
    public static string Nearest(string typed, IEnumerable<string> names) =>
        names.MinBy(name => Distance(typed.ToUpperInvariant(), name.ToUpperInvariant()))!;

    // Levenshtein's edit distance.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}

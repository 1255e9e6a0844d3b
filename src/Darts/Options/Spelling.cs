namespace MIOpenDarts.Darts.Options;

/// <summary>Guesses what a name that is none was to be.</summary>
internal static class Spelling
{
    // More than two changed letters in five make another word of it.
    private const double Farthest = 0.4;

    /// <summary>The question that an answer to a wrong name ends with, after a semicolon; empty where nothing comes near.</summary>
    /// <param name="typed">What was typed, in any case.</param>
    /// <param name="names">The names there are.</param>
    public static string Guess(string typed, IEnumerable<string> names) =>
        Nearest(typed, names) is { } name ? $"; did you mean {name}?" : "";

    /// <summary>The name that was most likely meant, the first of equals; null where none comes near.</summary>
    /// <param name="typed">What was typed, in any case.</param>
    /// <param name="names">The names there are.</param>
    public static string? Nearest(string typed, IEnumerable<string> names)
    {
        var words = Words(typed);
        var best = names.Select(name => (Name: name, Distance: Distance(words, Words(name)))).DefaultIfEmpty((Name: "", Distance: 1)).MinBy(
            pair => pair.Distance);
        return best.Distance <= Farthest ? best.Name : null;
    }

    // From 0 for the same words to 1: an abbreviation by initials (lr) or by beginnings (batch, learn-rate) comes before a slip of the
    // hand, and names that share a whole word come nearer than their letters alone say.
    private static double Distance(string[] typed, string[] name)
    {
        var (letters, named) = (string.Concat(typed), string.Concat(name));
        if (letters.Length == 0) return 1;
        if (letters == named) return 0;
        var left = 0.1 * Math.Abs(named.Length - letters.Length) / Math.Max(named.Length, letters.Length);
        if (typed.Length == 1 && name.Length > 1 && letters == string.Concat(name.Select(word => word[0]))) return 0.05;
        if (letters.Length > 1 && (Begin(typed, name) || Begin(name, typed))) return 0.1 + left;
        var edits = (double)Edits(letters, named) / Math.Max(letters.Length, named.Length);
        var shared = typed.Intersect(name).Any(word => word.Length > 3)
            || (letters.Length > 3 && name.Any(word => word.StartsWith(letters, StringComparison.Ordinal)));
        return shared ? 0.2 + edits / 5 : edits;
    }

    // Whether the words are beginnings of some of the others', in their order, the first of the first.
    private static bool Begin(string[] words, string[] others)
    {
        var at = 0;
        foreach (var other in others)
        {
            if (at < words.Length && other.StartsWith(words[at], StringComparison.Ordinal)) at++;
            else if (at == 0) return false;
        }

        return at == words.Length;
    }

    private static string[] Words(string name) => name.ToUpperInvariant().Split(['-', '_', ' '], StringSplitOptions.RemoveEmptyEntries);

    // Edit distance with swapped neighbours (optimal string alignment).
    private static int Edits(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}

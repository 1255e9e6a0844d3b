using System.Buffers;
using System.Text.RegularExpressions;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Finds the genotypes in a Python module or in a log: each call of <c>Genotype</c>, with what it is assigned to. The import, the
/// definition of the tuple, comments and whatever else stands around them are passed over.
/// </summary>
internal static partial class PythonGenotypes
{
    private const string Call = "Genotype";
    private const string WordText = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    private const int Shown = 20;
    private const int Most = 10_000;
    private static readonly SearchValues<char> Word = SearchValues.Create(WordText);

    private readonly record struct Place(string? Name, int Line, int Start);

    /// <summary>Whether there is one.</summary>
    public static bool IsIn(string text) => Find(text).Any();

    /// <summary>Reads the only genotype, or the one that is asked for.</summary>
    /// <param name="text">The text, which has one.</param>
    /// <param name="wanted">Its name or the number of its line; null where there is but one.</param>
    /// <param name="source">The file, for the message that asks which; null for a text that was typed.</param>
    /// <exception cref="GenotypeFormatException">There are several, or none of that name, or it is malformed.</exception>
    public static Genotype Read(string text, string? wanted, string? source)
    {
        var places = Find(text).ToList();
        if (wanted is not null)
        {
            var name = Alias(text, wanted);
            // As in Python, and as in a log, where the last epoch's is the result, a later assignment wins.
            var index = places.FindLastIndex(place => place.Name == name || $"{place.Line}" == wanted);
            return index >= 0
                ? PythonGenotypeReader.Read(text, places[index].Start)
                : throw new GenotypeFormatException($"genotype: there is none called '{wanted}', expected one of {List(places)}");
        }

        if (places.Count == 1) return PythonGenotypeReader.Read(text, places[0].Start);
        var first = TryRead(text, places[0]);
        if (first is not null && places.TrueForAll(place => first.Equals(TryRead(text, place)))) return first;
        var which = source is null ? "keep the one that is meant" : $"say which, such as {source}:{Key(places[^1], places)}";
        throw new GenotypeFormatException($"genotype: there are {places.Count}, {List(places)}; {which}");
    }

    private static Genotype? TryRead(string text, Place place)
    {
        try
        {
            return PythonGenotypeReader.Read(text, place.Start);
        }
        catch (GenotypeFormatException)
        {
            return null;
        }
    }

    private static string Key(Place place, List<Place> places) =>
        place.Name is { } name && places.Count(other => other.Name == name) == 1 ? name : $"{place.Line}";

    private static string List(List<Place> places)
    {
        var keys = places.Select(place => Key(place, places)).Select(key => char.IsAsciiDigit(key[0]) ? "line " + key : key).ToList();
        return string.Join(", ", keys.Count <= Shown ? keys : [.. keys.Take(Shown - 1), "…", keys[^1]]);
    }

    /// <summary>The name that another was given: <c>DARTS = DARTS_V2</c>.</summary>
    private static string Alias(string text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var equals = line.IndexOf('=');
            if (equals < 0 || !line[..equals].Trim().SequenceEqual(name)) continue;
            var value = line[(equals + 1)..].Trim();
            if (value.Length > 0 && value.IndexOfAnyExcept(Word) < 0) return value.ToString();
        }

        return name;
    }

    private static IEnumerable<Place> Find(string text)
    {
        var (line, lineStart, counted, calls) = (1, 0, 0, 0);
        for (var at = text.IndexOf(Call, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Call, at + 1, StringComparison.Ordinal))
        {
            var between = text.AsSpan(counted, at - counted);
            line += between.Count('\n');
            if (between.LastIndexOf('\n') is >= 0 and var newline) lineStart = counted + newline + 1;
            counted = at;
            if (!text.AsSpan(at + Call.Length).TrimStart(" \t").StartsWith('(')) continue;
            // For each of them its line is looked at, and to tell them from one another all the text before it.
            if (++calls > Most)
                throw new GenotypeFormatException($"genotype: the text has more than {Most} times '{Call}('; keep the one that is meant");
            if (IsValue(text, lineStart, at, out var name)) yield return new Place(name, line, at);
        }
    }

    private static bool IsValue(string text, int lineStart, int at, out string? name)
    {
        name = null;
        if (IsInComment(text.AsSpan(lineStart, at - lineStart))) return false;
        // The part of the line before the call, with the lines that a backslash joins to it.
        var before = text.AsSpan(0, at);
        while (before.EndsWith('.')) before = before[..^1].TrimEnd(WordText);
        if (before.Length > 0 && Word.Contains(before[^1])) return false;
        var quoted = before.Length > 0 && before[^1] is '\'' or '"';
        before = (quoted ? before[..^1] : before).TrimEnd(" \t\r\n\\");
        // In quotes it is a value where it is all of a text, or that of a key or name; elsewhere words speak of it.
        if (quoted && before.Length > 0 && before[^1] is not (':' or '=')) return false;
        if (before.EndsWith("class") || before.EndsWith("def")) return false;
        if (!before.EndsWith('=')) return true;
        before = before[..^1].TrimEnd(" \t");
        var word = LastWord(before);
        var rest = before[..^word.Length].TrimEnd(" \t");
        // A name may have its type after it: MINE: Genotype = Genotype(…).
        if (word is Call && rest.EndsWith(':')) word = LastWord(rest[..^1].TrimEnd(" \t"));
        name = word.Length > 0 ? word.ToString() : null;
        return true;
    }

    // In a log a number sign may stand before a number of anything, so it ends code only where there is such.
    private static bool IsInComment(ReadOnlySpan<char> before) =>
        before.IndexOf('#') is >= 0 and var sign && (before[..sign].IsWhiteSpace() || Assignment().IsMatch(before[..sign]));

    private static ReadOnlySpan<char> LastWord(ReadOnlySpan<char> text) => text[(text.LastIndexOfAnyExcept(Word) + 1)..];

    [GeneratedRegex(@"^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*=[ \t]*[^\s'""=]+[ \t]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}

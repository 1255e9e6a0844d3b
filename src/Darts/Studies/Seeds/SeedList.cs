using System.Globalization;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>Reads which seeds to search with: numbers and ranges such as <c>0..3</c> (both ends included), with commas between.</summary>
internal static class SeedList
{
    /// <summary>Most seeds of one study.</summary>
    public const int Most = 1000;

    /// <summary>The seeds in the order in which they are named.</summary>
    /// <exception cref="OptionsException">The text is no such list, or a seed occurs twice.</exception>
    public static IReadOnlyList<ulong> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var seeds = new List<ulong>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split("..");
            if (ends.Length > 2 || !TryNumber(ends[0], out var first) || !TryNumber(ends[^1], out var last))
                throw new OptionsException($"--seeds is '{text}'; allowed are numbers and ranges, such as 0..3 or 0,1,5");
            if (last < first) throw new OptionsException($"--seeds is '{text}'; the range {part} ends before it begins");
            if (last - first >= Most || seeds.Count + (int)(last - first) >= Most)
                throw new OptionsException($"--seeds is '{text}'; allowed are at most {Most} seeds");
            for (var offset = 0UL; offset <= last - first; offset++) seeds.Add(first + offset);
        }

        return seeds.CountBy(seed => seed).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice
            ? throw new OptionsException($"--seeds is '{text}'; seed {twice.Key} occurs twice")
            : seeds;
    }

    private static bool TryNumber(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads genotypes. Known dialects: the official Python text, one list per node, FairDARTS' triples, the YAML of
/// mmrazor and archai, and our JSON. A NAS-Bench-201 cell is recognised and refused: see <see cref="NasBench201Cell"/>.
/// </summary>
public static class GenotypeReader
{
    private const int MaxCharacters = 8_000_000;

    /// <summary>Reads a text in whichever dialect it is written.</summary>
    /// <exception cref="GenotypeFormatException">The text is in none of them; the message names the place, the token and what was expected.</exception>
    public static Genotype Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxCharacters) throw new GenotypeFormatException($"genotype: {text.Length} characters are too many to be one");
        var trimmed = text.AsSpan().TrimStart();
        if (trimmed.IsEmpty) throw new GenotypeFormatException("genotype: the text is empty, expected 'Genotype(…)', JSON or YAML");
        if (trimmed[0] == '{') return GenotypeJsonConverter.Parse(text);
        if (trimmed[0] == '|')
        {
            NasBench201Cell.Parse(text);
            throw new GenotypeFormatException("genotype: this is a NAS-Bench-201 cell; it has one input, no reduction cell and operations "
                + "outside the DARTS space (nor_conv_1x1, nor_conv_3x3), so it cannot become a DARTS genotype");
        }

        return LooksLikePython(trimmed) ? PythonGenotypeReader.Read(text) : YamlGenotypeReader.Read(text);
    }

    /// <summary>Finds a genotype by what a user may type: a published name, a file, or the text itself.</summary>
    /// <exception cref="GenotypeFormatException">It is none of the three, or the file or text is not a genotype.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Genotype Resolve(string nameOrFileOrText)
    {
        ArgumentNullException.ThrowIfNull(nameOrFileOrText);
        if (NamedGenotypes.TryGet(nameOrFileOrText, out var genotype)) return genotype;
        if (File.Exists(nameOrFileOrText))
        {
            try
            {
                return Parse(File.ReadAllText(nameOrFileOrText));
            }
            catch (GenotypeFormatException e)
            {
                throw new GenotypeFormatException($"{nameOrFileOrText}: {e.Message}", e);
            }
        }

        if (nameOrFileOrText.AsSpan().IndexOfAny('(', '{', '\n') < 0 && !nameOrFileOrText.StartsWith('|')) return NamedGenotypes.Get(nameOrFileOrText);
        return Parse(nameOrFileOrText);
    }

    // Python starts with a name that is called or assigned, or with a comment above one; a YAML key is followed by a colon.
    private static bool LooksLikePython(ReadOnlySpan<char> text)
    {
        foreach (var line in text.EnumerateLines())
        {
            var trimmed = line.TrimStart();
            if (trimmed.IsEmpty || trimmed[0] == '#') continue;
            var next = trimmed.IndexOfAny('(', '=', ':');
            return next < 0 ? !trimmed.StartsWith("---") : trimmed[next] != ':';
        }

        return true;
    }
}

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads genotypes. Known dialects: the official Python text, also in the midst of a module or a log; one list per node, FairDARTS'
/// triples; dictionaries of the fields, of NNI, and our JSON; the YAML of mmrazor and archai; the strings of NAS-Bench-201.
/// </summary>
public static class GenotypeReader
{
    private const int MaxCharacters = 8_000_000;

    /// <summary>Reads a text in whichever dialect it is written.</summary>
    /// <exception cref="GenotypeFormatException">
    /// The text is in none of them, or no network can be built of it; the message names the place, the token and what was expected.
    /// </exception>
    public static Genotype Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ParseOne(text, null, null);
    }

    private static Genotype ParseOne(string text, string? wanted, string? file)
    {
        if (text.Length > MaxCharacters) throw new GenotypeFormatException($"genotype: {text.Length} characters are too many to be one");
        return Read(text, wanted, file).WithOutputs();
    }

    private static Genotype Read(string text, string? wanted, string? file)
    {
        var trimmed = text.AsSpan().TrimStart();
        if (trimmed.IsEmpty) throw new GenotypeFormatException("genotype: the text is empty, expected 'Genotype(…)', JSON or YAML");
        if (PythonGenotypes.IsIn(text)) return PythonGenotypes.Read(text, wanted, file);
        if (trimmed[0] == '{') return DictionaryGenotypeReader.Read(text);
        if (NasBench201Cell.IsIn(text)) return new Genotype(NasBench201Cell.Parse(text));
        return LooksLikePython(trimmed) ? PythonGenotypeReader.Read(text) : YamlGenotypeReader.Read(text);
    }

    /// <summary>
    /// Finds a genotype by what a user may type: a published name, a file, a file with the name or line of one of its genotypes
    /// (<c>genotypes.py:DARTS_V2</c>), or the text itself.
    /// </summary>
    /// <exception cref="GenotypeFormatException">It is none of them, or the file or text is not a genotype.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Genotype Resolve(string nameOrFileOrText)
    {
        ArgumentNullException.ThrowIfNull(nameOrFileOrText);
        if (NamedGenotypes.TryGet(nameOrFileOrText, out var genotype)) return genotype;
        if (FileOf(nameOrFileOrText) is var (file, wanted))
        {
            try
            {
                if (new FileInfo(file).Length > sizeof(int) * MaxCharacters)
                    throw new GenotypeFormatException("genotype: the file is too large to be one");
                return ParseOne(File.ReadAllText(file), wanted, file);
            }
            catch (GenotypeFormatException e)
            {
                throw new GenotypeFormatException($"{file}: {e.Message}", e);
            }
        }

        if (nameOrFileOrText.AsSpan().IndexOfAny('(', '{', '\n') < 0 && !nameOrFileOrText.StartsWith('|'))
            return NamedGenotypes.Get(nameOrFileOrText);
        return Parse(nameOrFileOrText);
    }

    /// <summary>Whether <see cref="Resolve"/> takes something for a file, or for a genotype in one.</summary>
    public static bool IsFile(string typed) => FileOf(typed) is not null;

    private static (string File, string? Wanted)? FileOf(string typed)
    {
        if (File.Exists(typed)) return (typed, null);
        var colon = typed.LastIndexOf(':');
        return colon > 0 && colon < typed.Length - 1 && File.Exists(typed[..colon]) ? (typed[..colon], typed[(colon + 1)..]) : null;
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

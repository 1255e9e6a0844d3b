namespace MIOpenDarts.Darts.Genotypes;

/// <summary>Kinds of token that a Python literal is made of.</summary>
internal enum PythonTokenKind
{
    Name,
    Text,
    Number,
    Symbol,
    End,
    /// <summary>A string without an end. What follows a genotype may have one, so it is a fault only where a token is wanted.</summary>
    Endless,
}

/// <summary>One token; <paramref name="Value"/> is its text without quotes.</summary>
internal readonly record struct PythonToken(PythonTokenKind Kind, string Value, int Line, int Column)
{
    public string Shown => Kind switch
    {
        PythonTokenKind.End => "the end of the text",
        _ => $"'{(Value.Length <= 40 ? Value : Value[..40] + "…")}'",
    };

    public GenotypeFormatException Unexpected(string expected) =>
        new(Line, Column, Shown, Kind == PythonTokenKind.Endless ? $"a string that ends and has no escapes, or {expected}" : expected);
}

/// <summary>Splits the text of a Python literal, or of JSON, which looks the same, into tokens. Nothing is ever evaluated.</summary>
internal ref struct PythonTokens
{
    private readonly ReadOnlySpan<char> text;
    private int position;
    private int line;
    private int lineStart;

    /// <summary>Begins in the middle of a text; places are counted from its beginning.</summary>
    public PythonTokens(ReadOnlySpan<char> text, int start = 0)
    {
        this.text = text;
        position = start;
        line = 1 + text[..start].Count('\n');
        lineStart = text[..start].LastIndexOf('\n') + 1;
        Current = Scan();
    }

    public PythonToken Current { get; private set; }

    public PythonToken Take()
    {
        var token = Current;
        Current = Scan();
        return token;
    }

    public bool TryTake(string symbolOrName)
    {
        if (Current.Kind is not (PythonTokenKind.Symbol or PythonTokenKind.Name) || Current.Value != symbolOrName) return false;
        Take();
        return true;
    }

    public void Expect(string symbol, string expected)
    {
        if (!TryTake(symbol)) throw Current.Unexpected(expected);
    }

    private PythonToken Scan()
    {
        SkipBlanks();
        if (position == text.Length) return Token(PythonTokenKind.End, "", position);
        var start = position;
        var c = text[position++];
        if (c is '\'' or '"') return ScanText(start, c);
        // Python 2 prints u'sep_conv_3x3'.
        if ((c is 'u' or 'b') && position < text.Length && (text[position] is '\'' or '"')) return ScanText(start, text[position++]);
        if (char.IsAsciiLetter(c) || c == '_')
            return ScanWhile(PythonTokenKind.Name, start, static x => char.IsAsciiLetterOrDigit(x) || x == '_');
        if (char.IsAsciiDigit(c) || c == '-' || (c == '.' && position < text.Length && char.IsAsciiDigit(text[position])))
            return ScanNumber(start);
        return Token(PythonTokenKind.Symbol, c.ToString(), start);
    }

    private PythonToken ScanText(int start, char quote)
    {
        var length = text[position..].IndexOfAny(quote, '\n', '\\');
        if (length < 0 || text[position + length] != quote)
        {
            var rest = text[position..];
            position = text.Length;
            return Token(
                PythonTokenKind.Endless, rest[..(rest.IndexOfAny('\r', '\n') is >= 0 and var end ? end : rest.Length)].ToString(), start);
        }

        var value = text.Slice(position, length).ToString();
        position += length + 1;
        return Token(PythonTokenKind.Text, value, start);
    }

    private PythonToken ScanWhile(PythonTokenKind kind, int start, Func<char, bool> belongs)
    {
        while (position < text.Length && belongs(text[position])) position++;
        return Token(kind, text[start..position].ToString(), start);
    }

    private PythonToken ScanNumber(int start)
    {
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '.'
            || ((text[position] is '+' or '-') && (text[position - 1] is 'e' or 'E'))))
        {
            position++;
        }

        return Token(PythonTokenKind.Number, text[start..position].ToString(), start);
    }

    private void SkipBlanks()
    {
        while (position < text.Length)
        {
            var c = text[position];
            if (c == '#')
            {
                var rest = text[position..].IndexOf('\n');
                position = rest < 0 ? text.Length : position + rest;
            }
            else if (char.IsWhiteSpace(c) || (c == '\\' && text[(position + 1)..].TrimStart(" \t\r").StartsWith("\n")))
            {
                position++;
                if (c == '\n') (line, lineStart) = (line + 1, position);
            }
            else
            {
                return;
            }
        }
    }

    private readonly PythonToken Token(PythonTokenKind kind, string value, int start) => new(kind, value, line, start - lineStart + 1);
}

using System.Globalization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads the parts of a genotype as Python and JSON write them: a cell as flat pairs (the official dialect, two edges a node), as one list
/// for each node, or as triples (operation, target, source) of FairDARTS, each with or without the weight of the edge; and a concatenation.
/// </summary>
internal static class PythonLiterals
{
    private const string StateNumber = "the number of a state";

    /// <summary>Whether a name is that of a function that makes a collection.</summary>
    public static bool IsCollection(PythonToken token) => token.Value is "range" or "list" or "tuple";

    public static PythonCell ReadCell(ref PythonTokens tokens)
    {
        var cell = new PythonCell(tokens.Current);
        var close = ReadOpen(ref tokens, "a list of edges");
        while (!tokens.TryTake(close))
        {
            var start = tokens.Current;
            var closeItem = ReadOpen(ref tokens, "an edge such as ('sep_conv_3x3', 0) or a list of edges");
            if (tokens.Current.Kind is PythonTokenKind.Text or PythonTokenKind.Number) cell.AddFlat(start, ReadEdge(ref tokens, closeItem));
            else cell.AddNode(start, ReadNode(ref tokens, closeItem));
            ReadComma(ref tokens, close);
        }

        return cell;
    }

    /// <summary>A concatenation, perhaps inside <c>list(…)</c> or <c>tuple(…)</c>.</summary>
    public static GenotypeConcat ReadConcat(ref PythonTokens tokens)
    {
        var start = tokens.Current;
        try
        {
            if (start.Value == "range" || !IsCollection(start)) return ReadRangeOrList(ref tokens);
            tokens.Take();
            tokens.Expect("(", $"'(' after {start.Value}");
            var concat = ReadRangeOrList(ref tokens);
            tokens.Expect(")", "')'");
            return concat;
        }
        catch (ArgumentException e)
        {
            throw start.Unexpected($"states to concatenate; {e.Message}");
        }
    }

    /// <summary>A list of the numbers of states.</summary>
    public static int[] ReadStates(ref PythonTokens tokens, string expected)
    {
        var close = ReadOpen(ref tokens, expected);
        var states = new List<int>();
        while (!tokens.TryTake(close))
        {
            states.Add(ReadState(ref tokens, StateNumber));
            ReadComma(ref tokens, close);
        }

        return [.. states];
    }

    /// <summary>The number of a state.</summary>
    public static int ReadState(ref PythonTokens tokens, string expected) => StateOf(ReadNumber(ref tokens, expected), expected);

    /// <summary>The value of a token that must be the number of a state.</summary>
    public static int StateOf(PythonToken token, string expected) =>
        token.Kind == PythonTokenKind.Number && int.TryParse(
            token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw token.Unexpected(expected);

    /// <summary>
    /// A number as it stands, or as NumPy and PyTorch print theirs: <c>np.int64(0)</c>, <c>tensor(0.91, device='cuda:0')</c>.
    /// </summary>
    public static PythonToken ReadNumber(ref PythonTokens tokens, string expected)
    {
        if (tokens.Current.Kind != PythonTokenKind.Name) return tokens.Take();
        var name = tokens.Take();
        while (tokens.TryTake(".")) tokens.Take();
        if (!tokens.TryTake("(")) throw name.Unexpected(expected);
        var number = tokens.Take();
        while (tokens.TryTake(",")) SkipKeyword(ref tokens);
        tokens.Expect(")", "')'");
        return number;
    }

    /// <summary>The operation that a token names.</summary>
    public static Primitive OperationOf(PythonToken token) =>
        token.Kind != PythonTokenKind.Text ? throw token.Unexpected("an operation name in quotes")
        : Primitives.TryParse(token.Value, out var operation) ? operation
        : throw token.Unexpected($"an operation of {string.Join(", ", Primitives.Names)}");

    /// <summary>A key of a dictionary, with its colon.</summary>
    public static PythonToken ReadKey(ref PythonTokens tokens)
    {
        var key = tokens.Take();
        if (key.Kind != PythonTokenKind.Text) throw key.Unexpected("a key in quotes, or '}'");
        tokens.Expect(":", $"':' after the key {key.Shown}");
        return key;
    }

    /// <summary>The comma after an item, which the last may have too.</summary>
    public static void ReadComma(ref PythonTokens tokens, string close)
    {
        if (!tokens.TryTake(",") && tokens.Current.Value != close) throw tokens.Current.Unexpected($"',' or '{close}'");
    }

    private static GenotypeConcat ReadRangeOrList(ref PythonTokens tokens)
    {
        if (!tokens.TryTake("range")) return GenotypeConcat.List(ReadStates(ref tokens, "range(first, end) or a list of states"));
        tokens.Expect("(", "'(' after range");
        var first = ReadState(ref tokens, "the first state of the range");
        if (tokens.TryTake(")")) return GenotypeConcat.Range(0, first);
        tokens.Expect(",", "',' or ')'");
        var stop = ReadState(ref tokens, "the end of the range");
        tokens.TryTake(",");
        tokens.Expect(")", "')'");
        return GenotypeConcat.Range(first, stop);
    }

    private static List<PythonEdge> ReadNode(ref PythonTokens tokens, string close)
    {
        var edges = new List<PythonEdge>();
        while (!tokens.TryTake(close))
        {
            edges.Add(ReadEdge(ref tokens, ReadOpen(ref tokens, "an edge such as ('sep_conv_3x3', 0)")));
            ReadComma(ref tokens, close);
        }

        return edges;
    }

    /// <summary>
    /// An operation, before or after one state or two; a number with a point is the weight of the edge, which is left out.
    /// </summary>
    private static PythonEdge ReadEdge(ref PythonTokens tokens, string close)
    {
        Primitive? operation = null;
        PythonToken? weight = null;
        var states = new List<(int State, PythonToken Place)>();
        while (!tokens.TryTake(close))
        {
            if (operation is null && tokens.Current.Kind != PythonTokenKind.Number)
            {
                operation = OperationOf(tokens.Take());
            }
            else
            {
                var number = ReadNumber(ref tokens, StateNumber);
                if (weight is null && IsWeight(number)) weight = number;
                else if (states.Count < 2) states.Add((StateOf(number, StateNumber), number));
                else throw number.Unexpected($"'{close}'");
            }

            if (tokens.Current.Value != close && !tokens.TryTake(","))
                throw tokens.Current.Unexpected(states.Count == 0 ? "',' and the state the edge reads" : $"',' or '{close}'");
        }

        if (states.Count == 0) throw (weight ?? tokens.Current).Unexpected(StateNumber);
        var (source, place) = states[^1];
        return operation is { } primitive
            ? new PythonEdge(primitive, states.Count == 2 ? states[0].State : null, source, place)
            : throw place.Unexpected("an operation name in quotes");
    }

    /// <summary>What a number may say of itself: <c>device='cuda:0'</c>, <c>grad_fn=&lt;SelectBackward0&gt;</c>.</summary>
    private static void SkipKeyword(ref PythonTokens tokens)
    {
        tokens.Take();
        tokens.Expect("=", "'=' or ')'");
        while (tokens.Current.Kind is not (PythonTokenKind.End or PythonTokenKind.Endless) && tokens.Current.Value is not ("," or ")")
            ) tokens.Take();
    }

    private static bool IsWeight(PythonToken token) =>
        token.Kind == PythonTokenKind.Number && token.Value.AsSpan().IndexOfAny('.', 'e', 'E') >= 0
        && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>An opening bracket; answers the closing one.</summary>
    public static string ReadOpen(ref PythonTokens tokens, string expected)
    {
        if (tokens.TryTake("[")) return "]";
        if (tokens.TryTake("(")) return ")";
        throw tokens.Current.Unexpected(expected);
    }
}

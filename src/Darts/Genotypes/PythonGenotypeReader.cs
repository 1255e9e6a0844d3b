using System.Globalization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads <c>Genotype(normal=…, normal_concat=…, reduce=…, reduce_concat=…)</c> in three dialects: flat pairs
/// (the official one, two edges a node), one list per node, and triples (operation, target, source) of FairDARTS.
/// </summary>
internal ref struct PythonGenotypeReader
{
    private static readonly string[] Fields = ["normal", "normal_concat", "reduce", "reduce_concat"];

    private PythonTokens tokens;

    private PythonGenotypeReader(string text) => tokens = new PythonTokens(text);

    public static Genotype Read(string text) => new PythonGenotypeReader(text).ReadGenotype();

    private Genotype ReadGenotype()
    {
        // A line pasted from a genotypes.py starts with the name it is assigned to.
        if (tokens.Current is { Kind: PythonTokenKind.Name, Value: not "Genotype" })
        {
            tokens.Take();
            tokens.Expect("=", "'=' or 'Genotype(…)'");
        }

        tokens.Expect("Genotype", "'Genotype(…)'");
        tokens.Expect("(", "'('");
        PythonCell? normal = null, reduce = null;
        GenotypeConcat? normalConcat = null, reduceConcat = null;
        for (var index = 0; !tokens.TryTake(")"); index++)
        {
            var start = tokens.Current;
            var field = ReadField(index);
            switch (field)
            {
                case "normal" when normal is null: normal = ReadCell(); break;
                case "reduce" when reduce is null: reduce = ReadCell(); break;
                case "normal_concat" when normalConcat is null: normalConcat = ReadConcat(); break;
                case "reduce_concat" when reduceConcat is null: reduceConcat = ReadConcat(); break;
                case "connectN" or "connects": tokens.Expect("None", "'None'"); break;
                default: throw start.Unexpected($"a field that was not given yet, of {string.Join(", ", Fields)}");
            }

            if (!tokens.TryTake(",") && tokens.Current.Value != ")") throw tokens.Current.Unexpected("',' or ')'");
        }

        if (tokens.Current.Kind != PythonTokenKind.End) throw tokens.Current.Unexpected("nothing after the genotype");
        if (normal is null || normalConcat is null || reduce is null || reduceConcat is null)
            throw tokens.Current.Unexpected($"all of the fields {string.Join(", ", Fields)}");
        return new Genotype(normal.Build(normalConcat), reduce.Build(reduceConcat));
    }

    private string ReadField(int index)
    {
        if (tokens.Current.Kind == PythonTokenKind.Name && tokens.Current.Value != "range")
        {
            var name = tokens.Take();
            tokens.Expect("=", $"'=' after the field {name.Shown}");
            return name.Value;
        }

        return index < Fields.Length ? Fields[index] : throw tokens.Current.Unexpected("')'");
    }

    private PythonCell ReadCell()
    {
        var cell = new PythonCell(tokens.Current);
        var close = ReadOpen("a list of edges");
        while (!tokens.TryTake(close))
        {
            var start = tokens.Current;
            var closeItem = ReadOpen("an edge such as ('sep_conv_3x3', 0) or a list of edges");
            if (tokens.Current.Kind == PythonTokenKind.Text) cell.AddFlat(start, ReadEdge(closeItem));
            else cell.AddNode(start, ReadNode(closeItem));
            ReadComma(close);
        }

        return cell;
    }

    private List<PythonEdge> ReadNode(string close)
    {
        var edges = new List<PythonEdge>();
        while (!tokens.TryTake(close))
        {
            edges.Add(ReadEdge(ReadOpen("an edge such as ('sep_conv_3x3', 0)")));
            ReadComma(close);
        }

        return edges;
    }

    private PythonEdge ReadEdge(string close)
    {
        var name = tokens.Take();
        if (name.Kind != PythonTokenKind.Text) throw name.Unexpected("an operation name in quotes");
        if (!Primitives.TryParse(name.Value, out var operation))
            throw name.Unexpected($"an operation of {string.Join(", ", Primitives.Names)}");
        tokens.Expect(",", "',' and the state the edge reads");
        var firstToken = tokens.Current;
        var first = ReadInteger("the number of a state");
        if (tokens.TryTake(close)) return new PythonEdge(operation, null, first, firstToken);

        tokens.Expect(",", $"',' or '{close}'");
        if (tokens.TryTake(close)) return new PythonEdge(operation, null, first, firstToken);
        var secondToken = tokens.Current;
        var second = ReadInteger("the number of the state the edge reads");
        tokens.TryTake(",");
        tokens.Expect(close, $"'{close}'");
        return new PythonEdge(operation, first, second, secondToken);
    }

    private GenotypeConcat ReadConcat()
    {
        var start = tokens.Current;
        try
        {
            if (tokens.TryTake("range"))
            {
                tokens.Expect("(", "'(' after range");
                var first = ReadInteger("the first state of the range");
                if (tokens.TryTake(")")) return GenotypeConcat.Range(0, first);
                tokens.Expect(",", "',' or ')'");
                var stop = ReadInteger("the end of the range");
                tokens.TryTake(",");
                tokens.Expect(")", "')'");
                return GenotypeConcat.Range(first, stop);
            }

            var close = ReadOpen("range(first, end) or a list of states");
            var states = new List<int>();
            while (!tokens.TryTake(close))
            {
                states.Add(ReadInteger("the number of a state"));
                ReadComma(close);
            }

            return GenotypeConcat.List(states.ToArray());
        }
        catch (ArgumentException e)
        {
            throw start.Unexpected($"states to concatenate; {e.Message}");
        }
    }

    private string ReadOpen(string expected)
    {
        if (tokens.TryTake("[")) return "]";
        if (tokens.TryTake("(")) return ")";
        throw tokens.Current.Unexpected(expected);
    }

    private void ReadComma(string close)
    {
        if (!tokens.TryTake(",") && tokens.Current.Value != close) throw tokens.Current.Unexpected($"',' or '{close}'");
    }

    private int ReadInteger(string expected)
    {
        var token = tokens.Take();
        return token.Kind == PythonTokenKind.Number && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw token.Unexpected(expected);
    }
}

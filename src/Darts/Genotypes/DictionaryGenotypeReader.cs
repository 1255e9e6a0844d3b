namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads a genotype that is written as a dictionary, in JSON or in Python: our own form (<see cref="GenotypeJsonConverter"/>), the fields
/// of the official tuple (<c>json.dumps(genotype._asdict())</c>), or what NNI exports (<see cref="NniChoices"/>).
/// </summary>
internal ref struct DictionaryGenotypeReader
{
    private readonly Dictionary<string, PythonCell> cells = [];
    private readonly Dictionary<string, GenotypeConcat> concats = [];
    private PythonTokens tokens;
    private NasBench201Cell? cell;

    private DictionaryGenotypeReader(PythonTokens tokens) => this.tokens = tokens;

    /// <summary>Reads a text that is such a dictionary and nothing else.</summary>
    public static Genotype Read(string text) => Read(new PythonTokens(text));

    /// <summary>Reads from a dictionary to the end of the text.</summary>
    public static Genotype Read(PythonTokens tokens) => new DictionaryGenotypeReader(tokens).Read();

    private Genotype Read()
    {
        var start = tokens.Current;
        var choices = new NniChoices(start);
        tokens.Expect("{", "'{'");
        while (!tokens.TryTake("}"))
        {
            var key = PythonLiterals.ReadKey(ref tokens);
            if (!choices.TryRead(key, ref tokens)) ReadField(key);
            PythonLiterals.ReadComma(ref tokens, "}");
        }

        if (tokens.Current.Kind != PythonTokenKind.End) throw tokens.Current.Unexpected("nothing after the genotype");
        if (cell is not null)
            return !choices.Any && cells.Count + concats.Count == 0
                ? new Genotype(cell)
                : throw start.Unexpected("a dictionary that has either 'cell' or cells of DARTS");
        return choices.Any ? choices.ToGenotype() : new Genotype(Build(start, "normal"), Build(start, "reduce"));
    }

    private void ReadField(PythonToken key)
    {
        switch (key.Value)
        {
            case "normal" or "reduce" when !cells.ContainsKey(key.Value):
                if (tokens.Current.Value == "{") ReadOwnCell(key.Value);
                else cells[key.Value] = PythonLiterals.ReadCell(ref tokens);
                break;
            case "normal_concat" when !concats.ContainsKey("normal"):
                concats["normal"] = PythonLiterals.ReadConcat(ref tokens);
                break;
            case "reduce_concat" when !concats.ContainsKey("reduce"):
                concats["reduce"] = PythonLiterals.ReadConcat(ref tokens);
                break;
            case "cell" when cell is null:
                cell = NasBench201Cell.Parse(tokens.Take().Value);
                break;
            default:
                throw key.Unexpected(
                    "a key that was not given yet, of normal, normal_concat, reduce, reduce_concat, or of NNI, such as normal/op_2_0, "
                        + "or cell for NAS-Bench-201");
        }
    }

    /// <summary>Our own form: <c>{"nodes": [[{"op": …, "source": …}, …], …], "concat": […]}</c>.</summary>
    private void ReadOwnCell(string name)
    {
        var cell = new PythonCell(tokens.Take());
        while (!tokens.TryTake("}"))
        {
            var key = PythonLiterals.ReadKey(ref tokens);
            if (key.Value == "nodes" && !cells.ContainsKey(name)) ReadNodes(cells[name] = cell);
            else if (key.Value == "concat" && !concats.ContainsKey(name)) concats[name] = PythonLiterals.ReadConcat(ref tokens);
            else throw key.Unexpected("a key that was not given yet, of nodes and concat");
            PythonLiterals.ReadComma(ref tokens, "}");
        }
    }

    private void ReadNodes(PythonCell cell)
    {
        var close = PythonLiterals.ReadOpen(ref tokens, "a list of nodes");
        while (!tokens.TryTake(close))
        {
            var (node, edges) = (tokens.Current, new List<PythonEdge>());
            var closeNode = PythonLiterals.ReadOpen(ref tokens, "the list of a node's edges");
            while (!tokens.TryTake(closeNode))
            {
                edges.Add(ReadOwnEdge());
                PythonLiterals.ReadComma(ref tokens, closeNode);
            }

            cell.AddNode(node, edges);
            PythonLiterals.ReadComma(ref tokens, close);
        }
    }

    private PythonEdge ReadOwnEdge()
    {
        var start = tokens.Current;
        tokens.Expect("{", "an edge such as {\"op\": \"sep_conv_3x3\", \"source\": 0}");
        (PythonToken? operation, PythonToken? source) = (null, null);
        while (!tokens.TryTake("}"))
        {
            var key = PythonLiterals.ReadKey(ref tokens);
            if (key.Value == "op" && operation is null) operation = tokens.Take();
            else if (key.Value == "source" && source is null) source = tokens.Take();
            else throw key.Unexpected("a key that was not given yet, of op and source");
            PythonLiterals.ReadComma(ref tokens, "}");
        }

        return operation is { } op && source is { } state
            ? new PythonEdge(
                PythonLiterals.OperationOf(op), null, PythonLiterals.StateOf(state, "the number of the state that the edge reads"), state)
            : throw start.Unexpected("an edge with both op and source");
    }

    private GenotypeCell Build(PythonToken start, string name) =>
        cells.TryGetValue(name, out var cell) && concats.TryGetValue(name, out var concat)
        // JSON does not tell a range from a list.
        ? cell.Build(GenotypeConcat.From([.. concat]))
        : throw start.Unexpected(
            $"a dictionary that has the {(name == "normal" ? "normal" : "reduction")} cell with its concatenation, "
            + $"under '{name}' and '{name}_concat'");
}

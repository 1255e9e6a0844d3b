using System.Globalization;
using System.Text.RegularExpressions;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// The choices that NNI exports of its DARTS space: <c>"normal/op_2_0": "sep_conv_3x3"</c> is the first operation into state 2, and
/// <c>"normal/input_2_0": [0]</c> the state it reads. A cell of that space concatenates all its nodes.
/// </summary>
/// <param name="start">Where the dictionary begins.</param>
internal sealed partial class NniChoices(PythonToken start)
{
    private readonly SortedDictionary<(string Cell, int State, int Edge), PythonToken> operations = [];
    private readonly Dictionary<(string Cell, int State, int Edge), PythonToken> inputs = [];

    /// <summary>Whether the dictionary has such choices.</summary>
    public bool Any => operations.Count + inputs.Count > 0;

    /// <summary>Reads the value of a key, if the key is one of NNI's.</summary>
    public bool TryRead(PythonToken key, ref PythonTokens tokens)
    {
        // Size of the network, which the same dictionary may have.
        if (key.Value is "width" or "num_cells")
        {
            tokens.Take();
            return true;
        }

        if (Key().Match(key.Value) is not { Success: true } match) return false;
        var place = (match.Groups["cell"].Value, Number("state"), Number("edge"));
        var isOperation = match.Groups["what"].ValueSpan is "op";
        var close = tokens.Current.Value is "[" or "(" ? PythonLiterals.ReadOpen(ref tokens, "a value") : null;
        var value = isOperation ? tokens.Take() : PythonLiterals.ReadNumber(ref tokens, "the number of a state");
        if (close is not null) tokens.Expect(close, $"'{close}'; one choice is wanted");
        if (!(isOperation ? operations.TryAdd(place, value) : inputs.TryAdd(place, value)))
            throw key.Unexpected("a key that was not given yet");
        return true;

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>The genotype of all choices.</summary>
    public Genotype ToGenotype()
    {
        if (inputs.Keys.Except(operations.Keys).ToList() is [var lonely, ..]) throw Missing("op", lonely);
        return new Genotype(Build("normal"), Build("reduce"));
    }

    private GenotypeCell Build(string name)
    {
        var cell = new PythonCell(start);
        var nodes = operations.Where(choice => choice.Key.Cell == name).GroupBy(choice => choice.Key.State).ToList();
        for (var node = 0; node < nodes.Count; node++)
        {
            if (nodes[node].Key != GenotypeCell.Inputs + node) throw Missing("op", (name, GenotypeCell.Inputs + node, 0));
            cell.AddNode(start, [.. nodes[node].Select(Edge)]);
        }

        return nodes.Count > 0
            ? cell.Build(GenotypeConcat.Range(GenotypeCell.Inputs, GenotypeCell.Inputs + nodes.Count))
            : throw Missing("op", (name, GenotypeCell.Inputs, 0));
    }

    private PythonEdge Edge(KeyValuePair<(string Cell, int State, int Edge), PythonToken> choice)
    {
        var input = inputs.TryGetValue(choice.Key, out var token) ? token : throw Missing("input", choice.Key);
        return new PythonEdge(
            PythonLiterals.OperationOf(choice.Value), null, PythonLiterals.StateOf(input, "the number of a state"), input);
    }

    private GenotypeFormatException Missing(string what, (string Cell, int State, int Edge) place) =>
        start.Unexpected($"a dictionary with the key '{place.Cell}/{what}_{place.State}_{place.Edge}'");

    [GeneratedRegex(@"^(?<cell>normal|reduce)/(?<what>op|input)_(?<state>[0-9]{1,3})_(?<edge>[0-9]{1,3})$", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}

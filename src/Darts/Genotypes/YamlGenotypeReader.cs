using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads the YAML of mmrazor (<c>normal_n2: {chosen: [normal_n2_p0, …]}</c>, <c>normal_n2_p0: {chosen: [sep_conv_3x3]}</c>)
/// and of archai (a dumped model description, of which the first cell of each kind counts).
/// </summary>
internal static partial class YamlGenotypeReader
{
    public static Genotype Read(string text)
    {
        YamlNode root;
        try
        {
            root = YamlText.Load(text);
        }
        catch (FormatException e)
        {
            throw new GenotypeFormatException($"genotype YAML, {e.Message}", e);
        }

        var map = Mapping(root, "a mapping of edges to choices");
        return map.Children.ContainsKey("_cell_descs")
            ? ArchaiGenotype.Read(map)
            : new Genotype(ReadCell(map, "normal"), ReadCell(map, "reduce"));
    }

    internal static YamlMappingNode Mapping(YamlNode node, string expected) => node as YamlMappingNode ?? throw Unexpected(node, expected);

    internal static YamlNode Child(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) ? value : throw Unexpected(map, $"the key '{key}'");

    internal static YamlSequenceNode Sequence(YamlNode node, string expected) =>
        node as YamlSequenceNode ?? throw Unexpected(node, expected);

    /// <summary>A scalar, or the only scalar of a list.</summary>
    internal static YamlScalarNode Scalar(YamlNode node, string expected) => node switch
    {
        YamlScalarNode scalar => scalar,
        YamlSequenceNode { Children: [YamlScalarNode only] } => only,
        _ => throw Unexpected(node, expected),
    };

    internal static Primitive Operation(YamlScalarNode node) =>
        Primitives.TryParse(node.Value ?? "", out var operation)
            ? operation
            : throw Unexpected(node, $"an operation of {string.Join(", ", Primitives.Names)}");

    internal static GenotypeFormatException Unexpected(YamlNode node, string expected) =>
        new(node.Start.Line, node.Start.Column,
            node is YamlScalarNode scalar ? $"'{scalar.Value}'" : $"a {node.NodeType.ToString().ToLowerInvariant()}", expected);

    private static GenotypeCell ReadCell(YamlMappingNode map, string kind)
    {
        foreach (var key in map.Children.Keys)
            if (key is not YamlScalarNode { Value: { } name } || !KnownKey().IsMatch(name))
                throw Unexpected(key, "a key such as normal_n2 or reduce_n3_p1");

        var nodes = new List<List<GenotypeEdge>>();
        while (map.Children.TryGetValue($"{kind}_n{GenotypeCell.Inputs + nodes.Count}", out var node))
        {
            var target = GenotypeCell.Inputs + nodes.Count;
            var chosen = Child(Mapping(node, "a mapping with 'chosen'"), "chosen");
            nodes.Add((chosen is YamlSequenceNode list ? list.Children : [chosen])
                .Select(edge => ReadEdge(map, kind, target, edge)).ToList());
        }

        if (nodes.Count == 0) throw Unexpected(map, $"the key '{kind}_n{GenotypeCell.Inputs}'");
        return new GenotypeCell(nodes, GenotypeConcat.Range(GenotypeCell.Inputs, GenotypeCell.Inputs + nodes.Count));
    }

    private static GenotypeEdge ReadEdge(YamlMappingNode map, string kind, int target, YamlNode chosen)
    {
        var prefix = $"{kind}_n{target}_p";
        var name = Scalar(chosen, $"an edge such as {prefix}0").Value ?? "";
        if (!name.StartsWith(prefix, StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var source)
            || source >= target)
            throw Unexpected(chosen, $"an edge from {prefix}0 to {prefix}{target - 1}");
        var choice = Child(Mapping(Child(map, name), "a mapping with 'chosen'"), "chosen");
        return new GenotypeEdge(Operation(Scalar(choice, "one operation")), source);
    }

    [GeneratedRegex(@"^(normal|reduce)_n[0-9]+(_p[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex KnownKey();
}

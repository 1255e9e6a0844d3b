using System.Globalization;
using YamlDotNet.RepresentationModel;
using static MIOpenDarts.Darts.Genotypes.YamlGenotypeReader;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads archai's <c>final_model_desc.yaml</c>: <c>_cell_descs</c> lists the cells of the network, each with
/// <c>cell_type</c> and <c>_nodes</c>, whose <c>edges</c> have <c>op_desc.name</c> and <c>input_ids</c>.
/// </summary>
internal static class ArchaiGenotype
{
    public static Genotype Read(YamlMappingNode root)
    {
        GenotypeCell? normal = null, reduce = null;
        foreach (var node in Sequence(Child(root, "_cell_descs"), "a list of cells"))
        {
            var cell = Mapping(node, "a cell");
            var type = Scalar(Child(cell, "cell_type"), "'regular' or 'reduction'");
            switch (type.Value)
            {
                case "regular": normal = Agreeing(normal, cell); break;
                case "reduction": reduce = Agreeing(reduce, cell); break;
                default: throw Unexpected(type, "'regular' or 'reduction'");
            }
        }

        return normal is not null && reduce is not null
            ? new Genotype(normal, reduce)
            : throw Unexpected(root, "a cell of type regular and one of type reduction");
    }

    private static GenotypeCell Agreeing(GenotypeCell? earlier, YamlMappingNode cell)
    {
        var read = ReadCell(cell);
        return earlier is null || earlier.Equals(read)
            ? read
            : throw Unexpected(cell, "the same edges as in the earlier cell of this type; a genotype has one cell of each type");
    }

    private static GenotypeCell ReadCell(YamlMappingNode cell)
    {
        var nodes = Sequence(Child(cell, "_nodes"), "a list of nodes")
            .Select((node, index) => Sequence(Child(Mapping(node, "a node"), "edges"), "a list of edges")
                .Select(edge => ReadEdge(Mapping(edge, "an edge"), GenotypeCell.Inputs + index)).ToList()).ToList();
        return nodes.Count > 0
            ? new GenotypeCell(nodes, GenotypeConcat.Range(GenotypeCell.Inputs, GenotypeCell.Inputs + nodes.Count))
            : throw Unexpected(cell, "at least one node");
    }

    private static GenotypeEdge ReadEdge(YamlMappingNode edge, int target)
    {
        var operation = Operation(Scalar(Child(Mapping(Child(edge, "op_desc"), "an operation"), "name"), "an operation name"));
        var input = Scalar(Child(edge, "input_ids"), "the one state that the edge reads");
        return int.TryParse(input.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var source) && source < target
            ? new GenotypeEdge(operation, source)
            : throw Unexpected(input, $"a state from 0 to {target - 1}");
    }
}

using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>
/// Latency of a network of cells, from a table of the parts that it had before anything was taken away: at those widths exactly the table's
/// sum. In between a part costs what lies on the line between the entries of its kind, image size and stride, by multiply-adds, or by the
/// numbers that pools, sums and concatenations write; below the least and above the largest entry it is proportional to that. So a table
/// that was profiled at several widths says more than one of a single width.
/// </summary>
internal sealed class TableWidthCost : WidthCost
{
    private readonly (int Height, int Width)[] sizes;
    private readonly List<Part> parts = [];

    /// <summary>Finds the entries of every part.</summary>
    /// <param name="network">The network.</param>
    /// <param name="table">The table.</param>
    /// <param name="sizes">Rows and columns of every value, the images first.</param>
    /// <exception cref="InvalidDataException">The table does not know a part; the text names it.</exception>
    /// <exception cref="OptionsException">It is no network of cells like those of DARTS.</exception>
    public TableWidthCost(HostNetwork network, TableCost table, (int Height, int Width)[] sizes)
        : base(network)
    {
        this.sizes = sizes;
        var origin = TargetNetwork.From(network.Origin with { Operations = null }) ?? throw new OptionsException(
            $"--target {table.Name}: tables know networks of cells like those of DARTS, not {network.Origin.Network}; "
            + "give macs=X or params=X");
        var known = table.Table.Entries.Select(entry => (Part: NetworkPart.FromKey(entry.Key), entry.Value.Median))
            .Where(entry => entry.Part is not null)
            .ToLookup(entry => (entry.Part!.Name, entry.Part.Height, entry.Part.Width, entry.Part.Stride));
        var named = Named(origin, GenotypeReader.Resolve(network.Origin.Network)).ToDictionary();
        foreach (var of in network.Operations.Index().GroupBy(pair => Prefix(pair.Item.Name, named)))
        {
            if (of.Key is { } prefix) Add(named[prefix], [.. of.Select(pair => pair.Index)], written: false);
            else foreach (var (i, operation) in of) Unnamed(i, operation);
        }

        void Unnamed(int i, NetworkOperation operation)
        {
            var source = operation.Sources[0];
            var name = operation.Kind switch
            {
                OperationKind.MaxPool => $"max_pool_{operation.Window.KernelH}x{operation.Window.KernelW}",
                OperationKind.AveragePool => $"avg_pool_{operation.Window.KernelH}x{operation.Window.KernelW}",
                OperationKind.Sum => NetworkPart.Sum,
                OperationKind.Concat => NetworkPart.Concat,
                _ => null,
            };
            var stride = name is NetworkPart.Sum or NetworkPart.Concat ? 1 : operation.Window.StrideH;
            if (name is not null)
                Add(
                    new NetworkPart(name, Channels[source], Channels[i + 1], sizes[source].Height, sizes[source].Width, stride), [i],
                    written: true);
        }

        void Add(NetworkPart part, int[] operations, bool written)
        {
            Func<NetworkPart, double> extent = written ? Written : CountedCost.MultiplyAdds.Of;
            // Of entries of one extent the part's own is the one.
            var entries = known[(part.Name, part.Height, part.Width, part.Stride)]
                .Select(entry => (Own: entry.Part == part, Extent: extent(entry.Part!), Cost: entry.Median))
                .OrderBy(entry => entry.Extent).ThenByDescending(entry => entry.Own).DistinctBy(entry => entry.Extent)
                .Select(entry => (entry.Extent, entry.Cost)).ToArray();
            // The table says itself what it lacks.
            if (entries.Length == 0) table.Of(part);
            parts.Add(new Part(operations, entries, written));
        }
    }

    /// <inheritdoc/>
    public override bool IsCounted => false;

    /// <inheritdoc/>
    public override double Of(int[] widths)
    {
        double sum = 0;
        foreach (var part in parts)
        {
            double extent = 0;
            foreach (var i in part.Operations)
                extent += (part.CountsWritten ? widths[i + 1] : Weights(i, widths)) * sizes[i + 1].Height * sizes[i + 1].Width;
            sum += Between(part.Entries, extent);
        }

        return sum;
    }

    private static double Between((double Extent, double Cost)[] entries, double extent)
    {
        var above = Array.FindIndex(entries, entry => entry.Extent >= extent);
        if (above < 0) return entries[^1].Cost * extent / entries[^1].Extent;
        if (above == 0) return extent == 0 ? 0 : entries[0].Cost * extent / entries[0].Extent;
        var (low, high) = (entries[above - 1], entries[above]);
        return low.Cost + (high.Cost - low.Cost) * (extent - low.Extent) / (high.Extent - low.Extent);
    }

    private static double Written(NetworkPart part)
    {
        var (height, width) = part.OutputSize;
        return (double)part.Outputs * height * width;
    }

    // The parts whose operations have official names, by what those begin with.
    private static IEnumerable<(string Prefix, NetworkPart Part)> Named(TargetNetwork network, Genotype genotype)
    {
        var whole = genotype.WithOutputs();
        DiscreteCell[] kinds = [DiscreteCell.From(whole.Normal, reduction: false), DiscreteCell.From(whole.Reduce, reduction: true)];
        var skeleton = network.Skeleton(new CellOutline(kinds[0].Multiplier, 0), new CellOutline(kinds[1].Multiplier, 0)).ToList();
        var preprocessing = skeleton.Where(part => part.Name is NetworkPart.Preprocess or NetworkPart.PreprocessReduce).ToList();
        foreach (var stem in skeleton.TakeWhile(part => part.Name is NetworkPart.Stem or NetworkPart.Stem0 or NetworkPart.Stem1))
            yield return ($"{stem.Name}.", stem);
        var seen = new int[TargetNetwork.Kinds];
        for (var i = 0; i < network.Shape.Layers; i++)
        {
            var kind = network.Shape.IsReduction(i) ? 1 : 0;
            for (var input = 0; input < GenotypeCell.Inputs; input++)
                yield return ($"cells.{i}.preprocess{input}.", preprocessing[GenotypeCell.Inputs * i + input]);
            foreach (var (k, edge) in kinds[kind].Nodes.SelectMany(node => node.Edges).Index())
                yield return ($"cells.{i}._ops.{k}.", network.At(kind, edge.Source, edge.Operation).ElementAt(seen[kind]));
            seen[kind]++;
        }

        yield return ("classifier.", skeleton[^1]);
    }

    private static string? Prefix(string name, Dictionary<string, NetworkPart> named)
    {
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
            if (named.ContainsKey(name[..(dot + 1)])) return name[..(dot + 1)];
        return null;
    }

    private sealed record Part(int[] Operations, (double Extent, double Cost)[] Entries, bool CountsWritten);
}

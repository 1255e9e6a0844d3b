using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Costs;

/// <summary>A network of cells like those of DARTS, as the parts that it consists of.</summary>
/// <param name="Shape">Images, channels, cells and stem.</param>
internal sealed record TargetNetwork(EvaluationShape Shape) : ITargetNetwork
{
    /// <summary>The kinds of cells: normal (0) and reduction (1), in the order of a search's alphas.</summary>
    public const int Kinds = 2;

    /// <inheritdoc/>
    public ImageTask Task => Shape.Task;

    /// <inheritdoc/>
    public CellSpace Space => CellSpace.Darts;

    /// <summary>The network of a trained genotype; null for one that does not consist of cells like those of DARTS.</summary>
    public static TargetNetwork? From(NetworkDescription network) =>
        network.IsBaseline || network.Operations is not null || network.CellsPerStage > 0
            ? null
            : new TargetNetwork(new EvaluationShape(network.Task, network.InitChannels, network.Layers, Auxiliary: false, network.Stem));

    /// <inheritdoc/>
    /// <exception cref="GenotypeFormatException">A cell has no output, or one that mixes sizes, or is of another skeleton.</exception>
    public IEnumerable<NetworkPart> Parts(Genotype genotype)
    {
        if (genotype.NasBench201 is not null)
            throw new GenotypeFormatException(
                $"genotype: the network that is to be built has cells like those of DARTS, and {genotype} is a cell of "
                + CellSpace.NasBench201.Name);
        var whole = genotype.WithOutputs();
        DiscreteCell[] cells = [DiscreteCell.From(whole.Normal, reduction: false), DiscreteCell.From(whole.Reduce, reduction: true)];
        var parts = Skeleton(Outline(cells[0]), Outline(cells[1]));
        for (var kind = 0; kind < Kinds; kind++)
        {
            var reduction = kind;
            parts = parts.Concat(cells[kind].Nodes.SelectMany(node => node.Edges)
                .SelectMany(edge => At(reduction, edge.Source, edge.Operation)));
        }

        return parts;
    }

    /// <inheritdoc/>
    public IEnumerable<NetworkPart> PartsOfAny(CellSpace space)
    {
        var outline = new CellOutline(space.Topology.Multiplier, 1);
        // All states after the inputs are equal.
        int[] sources = space.Topology.Nodes > 1 ? [0, GenotypeCell.Inputs] : [0];
        return Skeleton(outline, outline).Concat(
            from kind in Enumerable.Range(0, Kinds)
            from operation in space.Operations
            from source in sources
            from part in At(kind, source, operation)
            select part).Distinct();
    }

    /// <inheritdoc/>
    public IEnumerable<NetworkPart> At(int kind, int source, Primitive operation)
    {
        foreach (var cell in Cells(new CellOutline(1, 0), new CellOutline(1, 0)))
        {
            if (cell.Kind != kind) continue;
            var ofInput = source < GenotypeCell.Inputs;
            var (height, width) = ofInput || kind == 0 ? (cell.Height, cell.Width) : (Half(cell.Height), Half(cell.Width));
            yield return new NetworkPart(
                operation.Name, cell.Channels, cell.Channels, height, width, kind == 1 && ofInput ? 2 : 1);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<NetworkPart> Skeleton(CellTopology topology)
    {
        var outline = new CellOutline(topology.Multiplier, topology.Nodes * (topology.KeptEdges - 1));
        return Skeleton(outline, outline);
    }

    /// <inheritdoc/>
    public ImageClassifier<float> Build(Backend<float> backend, Genotype genotype) =>
        new EvaluationNetwork<float>(backend, Shape, genotype);

    /// <summary>What does not depend on the operations: stem, preprocessing, sums, outputs of cells, classifier.</summary>
    public IEnumerable<NetworkPart> Skeleton(CellOutline normal, CellOutline reduce)
    {
        var (task, channels) = (Shape.Task, Shape.InitChannels);
        if (Shape.Stem == StemForm.Cifar)
        {
            yield return new NetworkPart(NetworkPart.Stem, task.Channels, 3 * channels, task.Height, task.Width, 1);
        }
        else
        {
            var stem = new NetworkPart(NetworkPart.Stem0, task.Channels, channels, task.Height, task.Width, 2);
            yield return stem;
            yield return new NetworkPart(NetworkPart.Stem1, channels, channels, stem.OutputSize.Height, stem.OutputSize.Width, 2);
        }

        var last = new PlacedCell(0, 0, 0, 0, 0, 0, false, new CellOutline(0, 0));
        foreach (var cell in Cells(normal, reduce))
        {
            last = cell;
            var (height, width) = cell.AfterReduction ? (cell.Height0, cell.Width0) : (cell.Height, cell.Width);
            yield return cell.AfterReduction
                ? new NetworkPart(NetworkPart.PreprocessReduce, cell.Inputs0, cell.Channels, height, width, 2)
                : new NetworkPart(NetworkPart.Preprocess, cell.Inputs0, cell.Channels, height, width, 1);
            yield return new NetworkPart(NetworkPart.Preprocess, cell.Inputs1, cell.Channels, cell.Height, cell.Width, 1);
            var (rows, columns) = cell.OutputSize;
            for (var sum = 0; sum < cell.Outline.Sums; sum++)
                yield return new NetworkPart(NetworkPart.Sum, cell.Channels, cell.Channels, rows, columns, 1);
            if (cell.Outline.Outputs > 1)
                yield return new NetworkPart(
                    NetworkPart.Concat, cell.Channels, cell.Outline.Outputs * cell.Channels, rows, columns, 1);
        }

        yield return new NetworkPart(
            NetworkPart.Classifier, last.Outline.Outputs * last.Channels, task.Classes, last.OutputSize.Height, last.OutputSize.Width, 1);
    }

    private IEnumerable<PlacedCell> Cells(CellOutline normal, CellOutline reduce)
    {
        var imageNet = Shape.Stem == StemForm.ImageNet;
        var (channels, height, width) = (Shape.InitChannels, Shape.Task.Height, Shape.Task.Width);
        for (var halving = 0; imageNet && halving < 2; halving++) (height, width) = (Half(height), Half(width));
        var (height0, width0) = (height, width);
        if (imageNet) (height, width) = (Half(height), Half(width));
        var inputs1 = imageNet ? channels : 3 * channels;
        var (inputs0, afterReduction) = (inputs1, imageNet);
        for (var i = 0; i < Shape.Layers; i++)
        {
            var kind = Shape.IsReduction(i) ? 1 : 0;
            channels *= 1 + kind;
            var cell = new PlacedCell(kind, channels, height, width, height0, width0, afterReduction, kind == 0 ? normal : reduce)
            { Inputs0 = inputs0, Inputs1 = inputs1 };
            yield return cell;
            (height0, width0) = (height, width);
            (height, width) = cell.OutputSize;
            (inputs0, inputs1, afterReduction) = (inputs1, cell.Outline.Outputs * channels, kind == 1);
        }
    }

    private static CellOutline Outline(DiscreteCell cell) => new(cell.Multiplier, cell.Nodes.Sum(node => node.Edges.Length - 1));

    private static int Half(int size) => (size + 1) / 2;

    // Height and Width are those of the last cell's output, Height0 and Width0 of that before it.
    private sealed record PlacedCell(
        int Kind, int Channels, int Height, int Width, int Height0, int Width0, bool AfterReduction, CellOutline Outline)
    {
        public int Inputs0 { get; init; }

        public int Inputs1 { get; init; }

        public (int Height, int Width) OutputSize => Kind == 0 ? (Height, Width) : (Half(Height), Half(Width));
    }
}

/// <summary>What of a kind of cell the skeleton of a network depends on.</summary>
/// <param name="Outputs">States that make the output.</param>
/// <param name="Sums">Additions: edges beyond the first of each node.</param>
internal readonly record struct CellOutline(int Outputs, int Sums);

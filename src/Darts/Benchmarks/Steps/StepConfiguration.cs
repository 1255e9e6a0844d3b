using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Benchmarks.Steps;

/// <summary>Kinds of step of a search.</summary>
internal enum StepKind
{
    /// <summary>Forward, backward, clipping, SGD.</summary>
    Weights,
    /// <summary>Forward and backward without weight gradients, Adam on the alphas.</summary>
    AlphasFirstOrder,
    /// <summary>The unrolled step: two passes with weight gradients, two without.</summary>
    AlphasSecondOrder,
}

/// <summary>A supernet and a batch whose steps are measured.</summary>
/// <param name="Name">A letter.</param>
/// <param name="Shape">The network.</param>
/// <param name="Batch">Images.</param>
/// <param name="Algorithm">The method, with its paper's settings.</param>
/// <param name="Space">What edges choose from.</param>
internal sealed record StepConfiguration(string Name, SupernetShape Shape, int Batch, string Algorithm = "darts", string Space = "darts")
{
    /// <summary>
    /// From the smallest to the standard supernet of the paper: C (images of 28x28, five cells), B (eight channels), A; and P, that of
    /// PC-DARTS.
    /// </summary>
    public static IReadOnlyList<StepConfiguration> All { get; } =
    [
        new("C", new SupernetShape(3, 28, 28, 10, 8, 5), 32),
        new("B", new SupernetShape(3, 32, 32, 10, 8, 8), 32),
        new("A", new SupernetShape(3, 32, 32, 10, 16, 8), 64),
        new("P", new SupernetShape(3, 32, 32, 10, 16, 8), 256, "pc-darts"),
    ];

    /// <summary>How its cells are computed.</summary>
    public CellForm Form { get; init; }

    /// <summary>Whether it is measured unless another is asked for: the others take 3 GiB of memory and more.</summary>
    public bool IsStandard => Algorithm == "darts";

    /// <summary>A network so small that one step of it tells how fast a backend is before anything larger is tried.</summary>
    internal static StepConfiguration Probe { get; } = new("probe", new SupernetShape(3, 16, 16, 10, 4, 5), 8);

    /// <summary>The method's own settings at this batch.</summary>
    internal SearchOptions Options => SearchAlgorithm.Find(Algorithm)!.Paper with
    { BatchSize = Batch, Space = Space, Nodes = Shape.Nodes, Multiplier = Shape.Multiplier };

    private SearchSpace Edges => SearchAlgorithm.Find(Algorithm)!.Space(Options, stage: 0);

    /// <summary>Exact arithmetic of a step in FLOP.</summary>
    public double Flops(StepKind kind) => kind == StepKind.Weights
        ? SupernetArithmetic.WeightStep(Shape, Batch, Edges)
        : SupernetArithmetic.AlphaStep(Shape, Batch, Edges, kind == StepKind.AlphasSecondOrder);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>Everything that is measured apart from whole steps.</summary>
internal static class Catalogue
{
    // Edges that leave a state of the standard cell: four from each input, fewer from later nodes.
    private const int Edges = 2;

    /// <summary>The plain operations of a backend.</summary>
    public static IReadOnlyList<OperationCase> Operations { get; } =
    [
        new ConvolutionCase("stem_3x3", Window2D.Square(3, 1, 1), depthwise: false, _ => 3, c => 3 * c),
        new ConvolutionCase("pointwise_1x1", Window2D.Point, depthwise: false, c => c, c => c),
        ConvolutionCase.Depthwise(3, 1, 1), ConvolutionCase.Depthwise(5, 1, 1),
        ConvolutionCase.Depthwise(3, 1, 2), ConvolutionCase.Depthwise(5, 1, 2),
        ConvolutionCase.Depthwise(3, 2, 1), ConvolutionCase.Depthwise(5, 2, 1),
        ConvolutionCase.Depthwise(3, 2, 2), ConvolutionCase.Depthwise(5, 2, 2),
        new FactorizedReduceCase(),
        new PoolCase(max: true, 1), new PoolCase(max: true, 2), new PoolCase(max: false, 1), new PoolCase(max: false, 2),
        .. ElementwiseCase.All,
        new ConcatCase(), new GlobalAverageCase(), new LinearCase(), new CrossEntropyCase(),
    ];

    /// <summary>Operations on flat vectors; they have no backward pass.</summary>
    public static IReadOnlyList<OperationCase> Vectors { get; } = [.. VectorCase.All];

    /// <summary>The candidate operations of an edge, the shared forms that a search runs, and whole cells.</summary>
    public static IReadOnlyList<OperationCase> Layers { get; } =
    [
        .. EdgesOf(Primitives.SearchSpace), ModuleCase.Preprocess,
        new SharedConvolutionsCase(Edges), new SecondHalfCase(), new SharedPoolsCase(Edges), new NodeSumCase(Edges),
        new CellCase(reduction: false), new CellCase(reduction: true),
    ];

    /// <summary>The operations of an edge, at stride 2 where there is nothing to measure at stride 1.</summary>
    public static IEnumerable<OperationCase> EdgesOf(IEnumerable<Primitive> primitives) =>
        from primitive in primitives
        let stride = primitive.IsTrivial(1) ? 2 : 1
        where !primitive.IsTrivial(stride)
        select ModuleCase.Edge(primitive, stride);
}

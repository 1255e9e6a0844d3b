using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Costs.Search;

/// <summary>
/// The expected cost E of the genotype as a term of the validation loss: weight · (E − E_min)/(E_max − E_min) over the genotypes of the
/// space, so that a weight means the same on every device and in every unit, or weight · (E − r)/r for a reference r (ProxylessNAS, Cai et
/// al. 2019, the additive form).
/// </summary>
/// <remarks>
/// E = base + Σ_edges keep_e · Σ_k w_ek · c_ek, where w are the expectations of the mixing weights, c the costs in the network that is to
/// be built, and keep_e how likely the derivation keeps the edge (<see cref="KeepProbability"/>), by its strength: its largest weight but
/// that of <c>none</c>, times that of the edge. Its gradient in alpha is the relaxation's own, exact for each of them.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class CostPenalty<T> : IAlphaPenalty
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ArchitectureCosts costs;
    private readonly ArchitectureParameters<T>[] kinds;
    private readonly double reference;
    private readonly T[] weights;
    private readonly T[] diffWeights;
    private readonly T[] diffAlphas;
    private readonly double[] edgeWeights;
    private readonly double[] diffEdgeWeights;
    private readonly double[] strengths;
    private readonly double[] expected;
    private readonly double[] keep;
    private readonly double[] diffStrengths;
    private readonly int[] strongest;

    /// <summary>A penalty on the alphas of one network.</summary>
    /// <param name="costs">Of its space's operations.</param>
    /// <param name="kinds">Its normal and its reduction cells.</param>
    /// <param name="reference">r; 0 for the share of the space's range.</param>
    public CostPenalty(ArchitectureCosts costs, IReadOnlyList<ArchitectureParameters<T>> kinds, double reference = 0)
    {
        (this.costs, this.kinds, this.reference) = (costs, [.. kinds], reference);
        var (edges, paths) = (costs.Topology.Edges, costs.Topology.Edges * costs.Candidates.Count);
        (weights, diffWeights, diffAlphas) = (new T[paths], new T[paths], new T[paths]);
        (edgeWeights, diffEdgeWeights) = (new double[edges], new double[edges]);
        (strengths, expected, keep, diffStrengths) = (new double[edges], new double[edges], new double[edges], new double[edges]);
        strongest = new int[edges];
    }

    /// <summary>λ; 0 adds nothing, not even a zero.</summary>
    public double Weight { get; set; }

    /// <summary>E of the alphas now, in the unit of the cost.</summary>
    public double Expectation()
    {
        var sum = costs.Base;
        for (var kind = 0; kind < kinds.Length; kind++) sum += Forward(kind);
        return sum;
    }

    /// <inheritdoc/>
    public double AddGradient<TNumber>(IReadOnlyList<TNumber[]> alphas, IReadOnlyList<TNumber[]> diffs)
        where TNumber : unmanaged, IBinaryFloatingPointIeee754<TNumber>
    {
        if (!ReferenceEquals(alphas[0], kinds[0].Alphas))
            throw new ArgumentException("A penalty on costs belongs to the alphas of one network.", nameof(alphas));
        return AddGradient();
    }

    /// <summary>Adds the gradient to that of the network's alphas and betas.</summary>
    /// <returns>The penalty.</returns>
    public double AddGradient()
    {
        if (Weight == 0) return 0;
        var (origin, range) = reference > 0 ? (reference, reference) : (costs.Least, costs.Most - costs.Least);
        if (range <= 0) return 0;
        var scale = Weight / range;
        var sum = costs.Base;
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            sum += Forward(kind);
            Backward(kind, scale);
        }

        return scale * (sum - origin);
    }

    private double Forward(int kind)
    {
        var architecture = kinds[kind];
        var (topology, columns) = (costs.Topology, costs.Candidates.Count);
        ReadOnlySpan<double> cost = costs.OfKind(kind);
        Expect(architecture);
        double sum = 0;
        for (var node = 0; node < topology.Nodes; node++)
        {
            var (first, sources) = (topology.FirstEdge(node), topology.SourcesOf(node));
            EdgeWeights(architecture, first, sources);
            for (var edge = first; edge < first + sources; edge++)
            {
                (expected[edge], strongest[edge]) = (0, -1);
                for (var k = 0; k < columns; k++)
                {
                    var path = edge * columns + k;
                    expected[edge] += double.CreateChecked(weights[path]) * cost[path];
                    var isStronger = strongest[edge] < 0 || weights[path] > weights[edge * columns + strongest[edge]];
                    if (!costs.Candidates[k].IsZero && isStronger) strongest[edge] = k;
                }

                strengths[edge] = edgeWeights[edge] * double.CreateChecked(weights[edge * columns + strongest[edge]]);
            }

            KeepProbability.Forward(strengths.AsSpan(first, sources), topology.KeptEdges, keep.AsSpan(first, sources));
            for (var edge = first; edge < first + sources; edge++) sum += keep[edge] * expected[edge];
        }

        return sum;
    }

    private void Backward(int kind, double scale)
    {
        var architecture = kinds[kind];
        var (topology, columns) = (costs.Topology, costs.Candidates.Count);
        ReadOnlySpan<double> cost = costs.OfKind(kind);
        for (var node = 0; node < topology.Nodes; node++)
        {
            var (first, sources) = (topology.FirstEdge(node), topology.SourcesOf(node));
            KeepProbability.Backward(
                strengths.AsSpan(first, sources), topology.KeptEdges, expected.AsSpan(first, sources),
                diffStrengths.AsSpan(first, sources));
            for (var edge = first; edge < first + sources; edge++)
            {
                for (var k = 0; k < columns; k++)
                {
                    var diff = keep[edge] * cost[edge * columns + k];
                    if (k == strongest[edge]) diff += diffStrengths[edge] * edgeWeights[edge];
                    diffWeights[edge * columns + k] = T.CreateChecked(scale * diff);
                }

                diffEdgeWeights[edge] = scale * diffStrengths[edge] * double.CreateChecked(weights[edge * columns + strongest[edge]]);
            }

            AddEdgeGradient(architecture, first, sources);
        }

        var relaxation = architecture.Relaxation;
        var before = relaxation.UsesExpectation;
        relaxation.UsesExpectation = true;
        relaxation.Backward(architecture.Alphas, weights, diffWeights, diffAlphas);
        relaxation.UsesExpectation = before;
        for (var path = 0; path < diffAlphas.Length; path++) architecture.Diffs[path] += diffAlphas[path];
    }

    private void Expect(ArchitectureParameters<T> architecture)
    {
        var relaxation = architecture.Relaxation;
        var before = relaxation.UsesExpectation;
        relaxation.UsesExpectation = true;
        relaxation.Forward(architecture.Alphas, weights, Pass.Inference);
        relaxation.UsesExpectation = before;
    }

    // softmax(β) over the edges into a node; 1 without edge normalisation.
    private void EdgeWeights(ArchitectureParameters<T> architecture, int first, int sources)
    {
        var of = edgeWeights.AsSpan(first, sources);
        of.Fill(1);
        if (architecture.Betas.Length == 0) return;
        for (var i = 0; i < sources; i++) of[i] = double.CreateChecked(architecture.Betas[first + i]);
        Softmax.Forward<double>(of, of);
    }

    private void AddEdgeGradient(ArchitectureParameters<T> architecture, int first, int sources)
    {
        if (architecture.Betas.Length == 0) return;
        double dot = 0;
        for (var e = first; e < first + sources; e++) dot += edgeWeights[e] * diffEdgeWeights[e];
        for (var e = first; e < first + sources; e++)
            architecture.BetaDiffs[e] += T.CreateChecked(edgeWeights[e] * (diffEdgeWeights[e] - dot));
    }
}

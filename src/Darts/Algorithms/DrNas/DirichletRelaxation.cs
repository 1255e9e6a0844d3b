using System.Numerics;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>
/// Weights of an edge drawn from Dirichlet(elu(α) + 1) (Chen et al. 2021, section 3.1), with the implicit reparameterisation gradient.
/// Operations that a stage has pruned are cut out of the sample, which is normalised again. Without training the mean is taken.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="edges">Edges of a cell.</param>
/// <param name="candidates">Operations of an edge.</param>
/// <param name="kind">0 for normal cells, 1 for reduction cells, which draw for themselves.</param>
internal sealed class DirichletRelaxation<T>(int edges, int candidates, int kind) : Relaxation<T>(edges, candidates)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Far below what matters to a mixture, and above what a logarithm or a division could not bear.
    private const double Least = 1e-30;
    private readonly bool[] kept = [.. Enumerable.Repeat(true, edges * candidates)];
    private readonly double[] samples = new double[edges * candidates];
    private readonly double[] concentrations = new double[candidates];
    private readonly double[] diffSample = new double[candidates];
    private readonly double[] diffs = new double[candidates];

    /// <summary>Which operations are still in the race.</summary>
    public ReadOnlySpan<bool> Kept => kept;

    /// <inheritdoc/>
    public override bool IsSampled => kept.AsSpan().Contains(false);

    /// <inheritdoc/>
    public override bool IsActive(int path) => kept[path];

    /// <inheritdoc/>
    public override bool IsAlive(int path) => kept[path];

    /// <summary>
    /// Leaves the <paramref name="count"/> largest of each edge in the race, of equals the earlier, and sets the alphas of the others to
    /// zero.
    /// </summary>
    public void Prune(Span<T> alphas, int count)
    {
        for (var row = 0; row < Edges; row++)
        {
            var values = Row(alphas, row).ToArray();
            var order = Enumerable.Range(0, Candidates).OrderByDescending(k => kept[row * Candidates + k]).ThenByDescending(k => values[k]);
            foreach (var k in order.Skip(count)) (kept[row * Candidates + k], alphas[row * Candidates + k]) = (false, T.Zero);
        }
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<T> alphas, Span<T> weights, in Pass pass)
    {
        var random = pass.Random(RandomStream.Architecture, kind);
        for (var row = 0; row < Edges; row++)
        {
            Concentrations(Row(alphas, row));
            var sample = samples.AsSpan(row * Candidates, Candidates);
            if (pass.Training && !UsesExpectation) Dirichlet.Sample(concentrations, sample, ref random);
            else Dirichlet.Mean(concentrations, sample);
            for (var k = 0; k < Candidates; k++) sample[k] = Math.Max(sample[k], Least);
            var left = Left(sample, row);
            for (var k = 0; k < Candidates; k++)
                weights[row * Candidates + k] = kept[row * Candidates + k] ? T.CreateChecked(sample[k] / left) : T.Zero;
        }
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<T> alphas, ReadOnlySpan<T> weights, ReadOnlySpan<T> diffWeights, Span<T> diffAlphas)
    {
        for (var row = 0; row < Edges; row++)
        {
            var sample = samples.AsSpan(row * Candidates, Candidates);
            Concentrations(Row(alphas, row));
            // w_k = x_k/Σ of those kept: dx_k = (dw_k − Σ_j w_j·dw_j)/Σ.
            double left = Left(sample, row), dot = 0;
            for (var k = 0; k < Candidates; k++)
                if (kept[row * Candidates + k]) dot += sample[k] / left * double.CreateChecked(diffWeights[row * Candidates + k]);
            for (var k = 0; k < Candidates; k++)
                diffSample[k] = kept[row * Candidates + k] ? (double.CreateChecked(diffWeights[row * Candidates + k]) - dot) / left : 0;
            if (UsesExpectation) Dirichlet.MeanGradient(concentrations, diffSample, diffs);
            else DirichletGradient.Backward(sample, concentrations, diffSample, diffs);
            for (var k = 0; k < Candidates; k++)
            {
                var at = row * Candidates + k;
                diffAlphas[at] = kept[at]
                    ? T.CreateChecked(diffs[k] * Dirichlet.ConcentrationSlope(double.CreateChecked(alphas[at])))
                    : T.Zero;
            }
        }
    }

    /// <summary>softmax(α) over what is still in the race: the official rule reads the genotype out of it.</summary>
    public override void Scores(ReadOnlySpan<T> alphas, Span<T> scores)
    {
        base.Scores(alphas, scores);
        for (var row = 0; row < Edges; row++)
        {
            var left = T.Zero;
            for (var k = 0; k < Candidates; k++)
                if (kept[row * Candidates + k]) left += scores[row * Candidates + k];
            for (var k = 0; k < Candidates; k++)
                scores[row * Candidates + k] = kept[row * Candidates + k] ? scores[row * Candidates + k] / left : T.Zero;
        }
    }

    /// <summary>Writes which operations are still in the race.</summary>
    internal override void Save(SafetensorsWriter writer, string kind) =>
        writer.Add(NameOf(kind), [.. kept.Select(path => path ? 1L : 0)], [kept.Length]);

    /// <inheritdoc/>
    internal override void Load(SafetensorsFile file, string kind) =>
        Array.ConvertAll(file.ReadInt64(NameOf(kind)), path => path == 1).CopyTo(kept, 0);

    private static string NameOf(string kind) => $"search.kept_{kind}";

    private void Concentrations(ReadOnlySpan<T> alphas)
    {
        for (var k = 0; k < Candidates; k++) concentrations[k] = Dirichlet.Concentration(double.CreateChecked(alphas[k]));
    }

    private double Left(ReadOnlySpan<double> sample, int row)
    {
        double left = 0;
        for (var k = 0; k < Candidates; k++)
            if (kept[row * Candidates + k]) left += sample[k];
        return left;
    }
}

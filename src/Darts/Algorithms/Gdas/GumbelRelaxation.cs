using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Algorithms.Gdas;

/// <summary>
/// One operation of each edge, drawn with probability softmax(α) by Gumbel's trick; the gradient is that of the soft weights
/// softmax((ln softmax(α) + g)/τ) (straight-through; Dong and Yang 2019, eq. 5 to 7). What is not drawn is not computed, so its weight
/// has no gradient of its own, but through the soft weights' sum its alpha does move. Without training the strongest operation is taken.
/// </summary>
/// <remarks>
/// The code that its authors publish adds the weights of what was not drawn to the edge's output as plain numbers, which gives them the
/// gradient of an operation that is one everywhere; here there is none.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="edges">Edges of a cell.</param>
/// <param name="candidates">Operations of an edge.</param>
/// <param name="kind">0 for normal cells, 1 for reduction cells, which draw for themselves.</param>
/// <param name="temperature">τ of an epoch.</param>
internal sealed class GumbelRelaxation<T>(int edges, int candidates, int kind, Func<int, double> temperature) : Relaxation<T>(
    edges, candidates)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostDraws = 1000;
    private readonly T[] soft = new T[edges * candidates];
    private readonly int[] drawn = new int[edges];
    private readonly double[] logits = new double[candidates];
    private readonly double[] probabilities = new double[candidates];
    private double drawnTemperature = 1;

    /// <inheritdoc/>
    public override bool IsSampled => true;

    /// <summary>Column of the operation that each edge computes.</summary>
    public ReadOnlySpan<int> Drawn => drawn;

    /// <inheritdoc/>
    public override bool IsActive(int path) => UsesExpectation || drawn[path / Candidates] == path % Candidates;

    /// <inheritdoc/>
    /// <exception cref="RunDivergedException">No finite draw exists: an alpha is infinite or not a number.</exception>
    public override void Forward(ReadOnlySpan<T> alphas, Span<T> weights, in Pass pass)
    {
        if (UsesExpectation)
        {
            // An operation is drawn with probability softmax(α).
            Scores(alphas, weights);
            return;
        }

        if (pass.Training)
        {
            var random = pass.Random(RandomStream.Architecture, kind);
            drawnTemperature = temperature(pass.Epoch);
            for (var attempt = 0; !TryDraw(alphas, ref random); attempt++)
                if (attempt == MostDraws) throw new RunDivergedException(
                    $"No finite Gumbel draw in {MostDraws}: the architecture has diverged. A lower alpha_learning_rate helps.");
        }
        else
        {
            for (var row = 0; row < Edges; row++) drawn[row] = Strongest(Row(alphas, row));
        }

        weights.Clear();
        for (var row = 0; row < Edges; row++) weights[row * Candidates + drawn[row]] = T.One;
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<T> alphas, ReadOnlySpan<T> weights, ReadOnlySpan<T> diffWeights, Span<T> diffAlphas)
    {
        if (UsesExpectation)
        {
            for (var row = 0; row < Edges; row++) Softmax.Backward(Row(weights, row), Row(diffWeights, row), Row(diffAlphas, row));
            return;
        }

        // Through softmax(·/τ); ln softmax(α) differs from α by a number that softmax does not see.
        var rate = T.CreateChecked(1 / drawnTemperature);
        for (var row = 0; row < Edges; row++)
        {
            var y = Row(new ReadOnlySpan<T>(soft), row);
            var dx = Row(diffAlphas, row);
            var upstream = diffWeights[row * Candidates + drawn[row]];
            for (var k = 0; k < Candidates; k++)
                dx[k] = rate * y[k] * upstream * ((k == drawn[row] ? T.One : T.Zero) - y[drawn[row]]);
        }
    }

    /// <summary>Draws all edges; false where an infinite or undefined number came out, and all must be drawn again.</summary>
    internal bool TryDraw(ReadOnlySpan<T> alphas, ref CounterRandom random)
    {
        for (var row = 0; row < Edges; row++)
        {
            for (var k = 0; k < Candidates; k++)
            {
                var gumbel = -Math.Log(-Math.Log(1 - random.NextDouble()));
                logits[k] = (double.CreateChecked(alphas[row * Candidates + k]) + gumbel) / drawnTemperature;
            }

            Softmax.Forward<double>(logits, probabilities);
            foreach (var p in probabilities)
                if (!double.IsFinite(p)) return false;
            for (var k = 0; k < Candidates; k++)
                if (!double.IsFinite(logits[k])) return false;
            drawn[row] = Strongest<double>(logits);
            for (var k = 0; k < Candidates; k++) soft[row * Candidates + k] = T.CreateChecked(probabilities[k]);
        }

        return true;
    }

    private static int Strongest<TValue>(ReadOnlySpan<TValue> values)
        where TValue : IComparable<TValue>
    {
        var best = 0;
        for (var k = 1; k < values.Length; k++)
            if (values[k].CompareTo(values[best]) > 0) best = k;
        return best;
    }
}

using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// How far the strongest operation of an edge is ahead of the next, beside what chance gives: it tells whether a search has decided
/// anything yet, not whether its cells are good.
/// </summary>
/// <remarks>
/// Chance is a search whose gradients are noise. Adam moves an alpha by about its rate in a step, whatever the size of the gradient, so
/// such alphas make a random walk of that step from their first draw: after n steps of a rate r they are normal deviates of the variance
/// s² + n·r², s being the deviation of the first draw.
/// </remarks>
/// <param name="Steps">Steps that the alphas have made.</param>
/// <param name="Moved">Root mean square of the alphas' distance from their first draw.</param>
/// <param name="Lead">
/// (first − second)/first of the scores of an edge's operations, mean over the edges of all kinds of cells: 0 for ties, 1 where an
/// edge has one operation left. In a space whose genotypes have no <c>none</c> that is left out.
/// </param>
/// <param name="ChanceLead">The same by chance, mean of <see cref="Draws"/> draws.</param>
/// <param name="ChanceShare">Share of these draws that lead by at least as much.</param>
/// <param name="Edges">Edges of all kinds of cells.</param>
/// <param name="Operations">Operations of an edge that a genotype may have.</param>
/// <param name="Unchanged">Edges whose strongest operation is still that of the first draw; null where all first alphas are equal.</param>
public sealed record OperationLead(
    int Steps, double Moved, double Lead, double ChanceLead, double ChanceShare, int Edges, int Operations, int? Unchanged = null)
{
    /// <summary>Draws that chance is measured on.</summary>
    public const int Draws = 200;

    /// <summary>Of alphas as they are now.</summary>
    /// <param name="cells">Those of each kind of cells.</param>
    /// <param name="seed">Seed of their first draw.</param>
    /// <param name="rate">Learning rate of their Adam.</param>
    /// <param name="steps">Steps that they have made.</param>
    internal static OperationLead From(IReadOnlyList<ArchitectureParameters<float>> cells, ulong seed, double rate, int steps)
    {
        List<Decision> now = [], first = [];
        double squares = 0;
        for (var kind = 0; kind < cells.Count; kind++)
        {
            var draw = cells[kind].FirstAlphas(seed, kind);
            squares += draw.Zip(cells[kind].Alphas, (before, after) => Math.Pow(after - before, 2)).Sum();
            now.AddRange(Decisions(cells[kind], cells[kind].Alphas));
            first.AddRange(Decisions(cells[kind], draw));
        }

        var moved = Math.Sqrt(squares / cells.Sum(cell => cell.Alphas.Length));
        var lead = now.Average(edge => edge.Lead);
        var chance = Enumerable.Range(0, Draws).Select(draw => Chance(cells, seed, rate, steps, draw)).ToList();
        var share = (double)chance.Count(other => other >= lead) / Draws;
        var isDrawn = cells.All(cell => cell.Relaxation.InitialDeviation > 0);
        var unchanged = now.Zip(first).Count(pair => pair.First.Strongest == pair.Second.Strongest);
        return new OperationLead(
            steps, moved, lead, chance.Average(), share, now.Count, Columns(cells[0]).Count(), isDrawn ? unchanged : null);
    }

    private static double Chance(IReadOnlyList<ArchitectureParameters<float>> cells, ulong seed, double rate, int steps, int draw)
    {
        var edges = new List<Decision>();
        for (var kind = 0; kind < cells.Count; kind++)
        {
            var random = new CounterRandom(seed, RandomStream.Chance, draw, kind);
            var deviation = Math.Sqrt(Math.Pow(cells[kind].Relaxation.InitialDeviation, 2) + steps * rate * rate);
            var alphas = new float[cells[kind].Alphas.Length];
            for (var i = 0; i < alphas.Length; i++) alphas[i] = (float)(deviation * random.NextNormal());
            edges.AddRange(Decisions(cells[kind], alphas));
        }

        return edges.Average(edge => edge.Lead);
    }

    // The weight of an edge among others (PC-DARTS) is a factor of all its operations, so it changes no lead.
    private static IEnumerable<Decision> Decisions(ArchitectureParameters<float> cell, float[] alphas)
    {
        var scores = new float[alphas.Length];
        cell.Relaxation.Scores(alphas, scores);
        foreach (var row in scores.Chunk(cell.Space.Candidates.Count))
        {
            // Of equals the earlier, as a genotype is read.
            int[] best = [.. Columns(cell).OrderByDescending(column => row[column]).Take(2)];
            yield return new Decision(best[0], 1 - (best.Length > 1 ? (double)row[best[1]] / row[best[0]] : 0));
        }
    }

    private static IEnumerable<int> Columns(ArchitectureParameters<float> cell) =>
        Enumerable.Range(0, cell.Space.Candidates.Count)
            .Where(column => cell.Space.Cells.TakesNone || !cell.Space.Candidates[column].IsZero);

    private readonly record struct Decision(int Strongest, double Lead);
}

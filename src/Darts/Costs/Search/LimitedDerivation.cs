using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs.Search;

/// <summary>
/// Of all genotypes that cost no more than a limit the one with the largest sum of logarithms of its operations' weights. Without a limit
/// that is the official derivation, which takes the strongest edges. Exact: each node's choices are reduced to their front of cost and sum,
/// and fronts of nodes are merged into the front of a genotype.
/// </summary>
internal static class LimitedDerivation
{
    // The weight of what has left the race, or of what a sigmoid or a softmax rounds to nothing.
    private const double LeastWeight = 1e-30;

    /// <summary>Derives the cells.</summary>
    /// <param name="costs">Of the space's operations.</param>
    /// <param name="weights">[edges, candidates] of each kind of cells.</param>
    /// <param name="limit">Most that the genotype may cost.</param>
    /// <exception cref="InvalidDataException">No genotype costs so little; the message names the least cost.</exception>
    /// <exception cref="ArgumentException">A weight is not a number: the search has diverged.</exception>
    public static Genotype Derive(ArchitectureCosts costs, IReadOnlyList<float[]> weights, double limit)
    {
        Require(costs, limit);
        if (weights.Any(kind => Array.Exists(kind, float.IsNaN)))
            throw new ArgumentException("a weight is not a number: the search has diverged", nameof(weights));
        if (costs.Network.Space.TakesNone) return LimitedCell.Derive(costs, weights[0], limit, LeastWeight);
        var nodes = new List<Choice[]>();
        for (var kind = 0; kind < weights.Count; kind++)
            for (var node = 0; node < costs.Topology.Nodes; node++) nodes.Add(Node(costs, kind, node, weights[kind]));

        // Sums of the same numbers in another order differ in their last bits, and the limit is never exceeded.
        var room = limit - costs.Base;
        while (Best(nodes, room) is { } chosen)
        {
            var found = Genotype(costs, nodes, chosen);
            if (costs.Of(found) <= limit) return found;
            room -= 1e-13 * costs.Most;
        }

        return Genotype(costs, nodes, new int[nodes.Count]);
    }

    /// <summary>Refuses a limit that no genotype keeps.</summary>
    /// <exception cref="InvalidDataException">It is below the least cost; the message names that.</exception>
    public static void Require(ArchitectureCosts costs, double limit)
    {
        if (limit >= costs.Least) return;
        throw new InvalidDataException(
            $"target is {Invariant(limit)}, but the cheapest genotype of the space costs {Invariant(costs.Least)} "
            + $"({costs.Model.Show(costs.Least)}); raise the target, or build a smaller network, with fewer target_channels");
    }

    private static string Invariant(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The choice of each node, as indices into their fronts; null where nothing fits into the room.</summary>
    private static int[]? Best(List<Choice[]> nodes, double room)
    {
        // What the nodes after this one cost at least: a sum that leaves no room for them is dropped.
        var least = new double[nodes.Count + 1];
        for (var i = nodes.Count - 1; i >= 0; i--) least[i] = least[i + 1] + nodes[i][0].Cost;
        var fronts = new List<Sum[]> { new[] { new Sum(0, 0, -1, -1) } };
        for (var i = 0; i < nodes.Count; i++)
        {
            var sums = new List<Sum>();
            for (var a = 0; a < fronts[i].Length; a++)
            {
                for (var b = 0; b < nodes[i].Length; b++)
                {
                    var sum = new Sum(fronts[i][a].Cost + nodes[i][b].Cost, fronts[i][a].Score + nodes[i][b].Score, a, b);
                    if (sum.Cost + least[i + 1] <= room) sums.Add(sum);
                }
            }

            fronts.Add(Front(sums, sum => sum.Cost, sum => sum.Score));
        }

        if (fronts[^1].Length == 0) return null;
        var (chosen, at) = (new int[nodes.Count], fronts[^1].Length - 1);
        for (var i = nodes.Count - 1; i >= 0; i--) (chosen[i], at) = (fronts[i + 1][at].Choice, fronts[i + 1][at].Before);
        return chosen;
    }

    // Pairs of edges, each with one of the operations of its own front, strongest edge first.
    private static Choice[] Node(ArchitectureCosts costs, int kind, int node, float[] weights)
    {
        var (topology, columns) = (costs.Topology, costs.Candidates.Count);
        var edges = Enumerable.Range(0, topology.SourcesOf(node)).Select(source =>
        {
            var first = (topology.FirstEdge(node) + source) * columns;
            return Front(
                costs.Operations.Select(k => new Taken(
                    new GenotypeEdge(costs.Candidates[k], source), costs.OfKind(kind)[first + k],
                    Math.Log(Math.Max(weights[first + k], LeastWeight)))),
                taken => taken.Cost, taken => taken.Score);
        }).ToArray();
        var choices = new List<Choice>();
        Choose(edges, 0, topology.KeptEdges, [], choices);
        return Front(choices, choice => choice.Cost, choice => choice.Score);
    }

    private static void Choose(Taken[][] edges, int from, int left, List<Taken> taken, List<Choice> choices)
    {
        if (left == 0)
        {
            choices.Add(new Choice(
                [.. taken.OrderByDescending(edge => edge.Score).Select(edge => edge.Edge)], taken.Sum(edge => edge.Cost),
                taken.Sum(edge => edge.Score)));
            return;
        }

        for (var edge = from; edge <= edges.Length - left; edge++)
        {
            foreach (var operation in edges[edge])
            {
                taken.Add(operation);
                Choose(edges, edge + 1, left - 1, taken, choices);
                taken.RemoveAt(taken.Count - 1);
            }
        }
    }

    /// <summary>What nothing beats in cost and sum, the cheapest first; of equals the first.</summary>
    private static T[] Front<T>(IEnumerable<T> all, Func<T, double> cost, Func<T, double> score)
    {
        var (front, best) = (new List<T>(), double.NegativeInfinity);
        foreach (var item in all.OrderBy(cost).ThenByDescending(score))
        {
            if (score(item) <= best) continue;
            best = score(item);
            front.Add(item);
        }

        return [.. front];
    }

    private static Genotype Genotype(ArchitectureCosts costs, List<Choice[]> nodes, int[] chosen)
    {
        var edges = nodes.Select((front, i) => front[chosen[i]].Edges).ToList();
        var (count, states) = (costs.Topology.Nodes, GenotypeCell.Inputs + costs.Topology.Nodes);
        var concat = GenotypeConcat.Range(states - costs.Topology.Multiplier, states);
        return new Genotype(new GenotypeCell(edges[..count], concat), new GenotypeCell(edges[count..], concat));
    }

    private sealed record Taken(GenotypeEdge Edge, double Cost, double Score);

    private sealed record Choice(GenotypeEdge[] Edges, double Cost, double Score);

    private readonly record struct Sum(double Cost, double Score, int Before, int Choice);
}

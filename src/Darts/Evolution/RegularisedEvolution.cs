using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>
/// Regularised evolution (Real et al., AAAI 2019, algorithm 1) for one objective, with limits by Deb's rules: the best of a sample of the
/// population, drawn with replacement, has a child with one mutated gene; the child enters and the oldest leaves, however good it is.
/// Children are evaluated one after the other, as each may have the one before it as a parent.
/// </summary>
/// <param name="population">Genomes that are alive.</param>
/// <param name="sample">Draws of a tournament.</param>
/// <param name="objective">The objective that counts; others are recorded and no more. Null where there is but one.</param>
internal sealed class RegularisedEvolution(int population = 50, int sample = 10, int? objective = null) : IEvolution
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The fitness has more than one objective, and none was named.</exception>
    public void Run<TGenome>(IGenomeSpace<TGenome> space, History<TGenome> history, int evaluations, ulong seed,
        CancellationToken cancellation)
    {
        var random = new CounterRandom(seed, RandomStream.Evolution);
        var first = history.Unseen(Math.Min(population, evaluations - history.All.Count), () => space.Random(ref random));
        var alive = history.Evaluate(first, cancellation).ToList();
        if (objective is null && alive.Exists(a => a.Fitness.IsFeasible && a.Fitness.Objectives.Count != 1))
            throw new ArgumentException("regularised evolution has one objective: name it, or take NSGA-II for all", nameof(history));
        if (alive.Count == 0) return;
        while (history.All.Count < evaluations)
        {
            var child = history.Unseen(1, () => space.MutateOne(Best(alive, ref random).Genome, ref random));
            if (child.Count == 0) return;
            alive.Add(history.Evaluate(child, cancellation)[0]);
            alive.RemoveAt(0);
        }
    }

    private Individual<TGenome> Best<TGenome>(List<Individual<TGenome>> alive, ref CounterRandom random)
    {
        var best = alive[random.NextInt32(alive.Count)];
        for (var i = 1; i < sample; i++)
        {
            var other = alive[random.NextInt32(alive.Count)];
            if (Dominance.Dominates(Counted(other.Fitness), Counted(best.Fitness))) best = other;
        }

        return best;
    }

    private Fitness Counted(Fitness fitness) =>
        objective is { } one && fitness.IsFeasible ? fitness with { Objectives = [fitness.Objectives[one]] } : fitness;
}

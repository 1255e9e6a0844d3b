using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>
/// NSGA-II (Deb et al. 2002) with limits by Deb's rules. Parents win binary tournaments by front, then by crowding; children are uniform
/// crossings (otherwise copies of one parent) with mutations; the best of parents and children by the same order live on. No genome is
/// evaluated twice in the whole search.
/// </summary>
/// <param name="population">Genomes of a generation.</param>
/// <param name="crossover">How often a child has two parents.</param>
internal sealed class Nsga2(int population = 40, double crossover = 0.9) : IEvolution
{
    /// <inheritdoc/>
    public void Run<TGenome>(IGenomeSpace<TGenome> space, History<TGenome> history, int evaluations, ulong seed,
        CancellationToken cancellation)
    {
        var random = new CounterRandom(seed, RandomStream.Evolution);
        var first = history.Unseen(Math.Min(population, evaluations - history.All.Count), () => space.Random(ref random));
        var alive = Survivors([.. history.Evaluate(first, cancellation)]);
        if (alive.Count == 0) return;
        while (history.All.Count < evaluations)
        {
            var children = history.Unseen(Math.Min(population, evaluations - history.All.Count), () => Child(space, alive, ref random));
            if (children.Count == 0) return;
            alive = Survivors([.. alive, .. history.Evaluate(children, cancellation)]);
        }
    }

    /// <summary>The best by front, then by crowding, best first.</summary>
    private List<Individual<TGenome>> Survivors<TGenome>(List<Individual<TGenome>> all)
    {
        var alive = new List<Individual<TGenome>>();
        foreach (var front in NonDominatedSorting.Fronts([.. all.Select(a => a.Fitness)]))
        {
            // Crowding of genomes without measured objectives means nothing: those of a front have the same violation.
            var distances = all[front[0]].Fitness.IsFeasible
                ? Crowding.Distances([.. front.Select(i => all[i].Fitness.Objectives)])
                : new double[front.Length];
            alive.AddRange(front.Zip(distances).OrderByDescending(pair => pair.Second).Select(pair => all[pair.First])
                .Take(population - alive.Count));
        }

        return alive;
    }

    private TGenome Child<TGenome>(IGenomeSpace<TGenome> space, List<Individual<TGenome>> alive, ref CounterRandom random)
    {
        var child = Winner(alive, ref random);
        var other = Winner(alive, ref random);
        if (random.NextDouble() < crossover) child = space.Cross(child, other, ref random);
        return space.MutateEach(child, ref random);
    }

    // The list is in order, so the smaller index wins.
    private static TGenome Winner<TGenome>(List<Individual<TGenome>> alive, ref CounterRandom random) =>
        alive[Math.Min(random.NextInt32(alive.Count), random.NextInt32(alive.Count))].Genome;
}

using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>All genomes that a search has evaluated, each once, in an order that does not depend on the number of jobs.</summary>
/// <param name="space">Their space.</param>
/// <param name="fitness">What they are worth.</param>
/// <param name="jobs">How many are evaluated side by side.</param>
internal sealed class History<TGenome>(IGenomeSpace<TGenome> space, IFitness<TGenome> fitness, int jobs = 1)
{
    // A genome that nobody has seen is drawn at most so often: the space may be used up, or nearly.
    private const int Tries = 2000;
    private readonly HashSet<string> seen = [];
    private readonly List<Individual<TGenome>> all = [];

    /// <summary>Everything, in the order in which it was asked for.</summary>
    public IReadOnlyList<Individual<TGenome>> All => all;

    /// <summary>
    /// Draws up to <paramref name="count"/> genomes that differ from each other and from all that were evaluated; fewer where
    /// <see cref="Tries"/> draws in a row find nothing new.
    /// </summary>
    public List<TGenome> Unseen(int count, Func<TGenome> draw)
    {
        var (found, keys) = (new List<TGenome>(), new HashSet<string>());
        for (var tries = 0; found.Count < count && tries < Tries; tries++)
        {
            var genome = draw();
            var key = space.Key(genome);
            if (seen.Contains(key) || !keys.Add(key)) continue;
            found.Add(genome);
            tries = 0;
        }

        return found;
    }

    /// <summary>Evaluates genomes side by side and keeps them.</summary>
    /// <exception cref="ArgumentException">One was evaluated before.</exception>
    /// <exception cref="NotFiniteNumberException">An objective of a feasible genome, or a violation, is not a number.</exception>
    public IReadOnlyList<Individual<TGenome>> Evaluate(IReadOnlyList<TGenome> genomes, CancellationToken cancellation)
    {
        var evaluated = new Individual<TGenome>[genomes.Count];
        if (genomes.Count == 0) return evaluated;
        try
        {
            fitness.Prepare(genomes, jobs, cancellation);
            Parallel.ForEach(
                Partitioner.Create(0, genomes.Count, 1), new ParallelOptions
                { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation },
                range => evaluated[range.Item1] = Evaluate(genomes[range.Item1], cancellation));
        }
        catch (AggregateException all)
        {
            // One reason is enough to say; the others are of genomes that were evaluated beside it.
            ExceptionDispatchInfo.Throw(all.InnerExceptions[0]);
        }

        foreach (var individual in evaluated)
        {
            if (!seen.Add(individual.Key)) throw new ArgumentException($"{individual.Key} was evaluated before", nameof(genomes));
            all.Add(individual);
        }

        return evaluated;
    }

    /// <summary>
    /// The feasible genomes that no other dominates, one of each vector of objectives (that which came first), by the first objective.
    /// </summary>
    /// <exception cref="InfeasibleLimitException">No genome is feasible.</exception>
    public IReadOnlyList<Individual<TGenome>> Front()
    {
        RequireFeasible();
        return [.. all.Where(a => a.Fitness.IsFeasible && !all.Exists(b => Dominance.Dominates(b.Fitness, a.Fitness)))
            .DistinctBy(a => string.Join(' ', a.Fitness.Objectives.Select(BitConverter.DoubleToInt64Bits)))
            .OrderBy(a => a.Fitness.Objectives[0])];
    }

    private void RequireFeasible()
    {
        if (all.Exists(a => a.Fitness.IsFeasible)) return;
        if (all.MinBy(a => a.Fitness.Violation) is not { } nearest) throw new InfeasibleLimitException("nothing was evaluated");
        throw new InfeasibleLimitException(
            $"none of {all.Count} genotypes keeps the limit; the nearest, {nearest.Key}, has {fitness.Describe(nearest.Fitness)}: raise " +
                $"the limit");
    }

    private Individual<TGenome> Evaluate(TGenome genome, CancellationToken cancellation)
    {
        var individual = new Individual<TGenome>(genome, space.Key(genome), fitness.Evaluate(genome, cancellation));
        var found = individual.Fitness;
        return !double.IsNaN(found.Violation) && (!found.IsFeasible || found.Objectives.All(double.IsFinite))
            ? individual
            : throw new NotFiniteNumberException(
                $"the fitness of {individual.Key} is {fitness.Describe(found)}: an objective is not a number");
    }
}

using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>Uniform draws without repetition: what every other search has to beat.</summary>
internal sealed class RandomSearch : IEvolution
{
    // Genomes that are evaluated before the next are drawn, so that jobs have work and a cancellation is heard.
    private const int Batch = 40;

    /// <inheritdoc/>
    public void Run<TGenome>(IGenomeSpace<TGenome> space, History<TGenome> history, int evaluations, ulong seed,
        CancellationToken cancellation)
    {
        var random = new CounterRandom(seed, RandomStream.Evolution);
        while (history.All.Count < evaluations)
        {
            var drawn = history.Unseen(Math.Min(Batch, evaluations - history.All.Count), () => space.Random(ref random));
            if (drawn.Count == 0) return;
            history.Evaluate(drawn, cancellation);
        }
    }
}

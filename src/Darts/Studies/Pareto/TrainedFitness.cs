using System.Collections.Concurrent;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>Cost of a genotype in the network to be built, and its error after a short training from scratch.</summary>
/// <param name="training">How it is trained, and on what.</param>
/// <param name="backends">One for each training that runs at a time.</param>
/// <param name="costs">Of the operations.</param>
/// <param name="limit">Most that a genotype may cost; infinite for no limit.</param>
/// <param name="say">Takes a line after each training, from any thread.</param>
internal sealed class TrainedFitness(
    ShortTraining training, IEnumerable<Backend<float>> backends, ArchitectureCosts costs, double limit, Action<string> say)
    : CostAndError(training.Identity, costs, limit)
{
    private readonly ConcurrentBag<Backend<float>> free = [.. backends];

    /// <inheritdoc/>
    protected override double Error(Genotype genotype, CancellationToken cancellation)
    {
        if (!free.TryTake(out var backend))
            throw new InvalidOperationException("More genotypes are trained at a time than there are backends.");
        try
        {
            var result = EvaluationTraining.Run(training.Images, training.Of(genotype), backend, cancellation: cancellation);
            var accuracy = result.History[^1].Test.Top1;
            say($"{accuracy:F2} % right after {training.Epochs} epochs: {genotype}");
            return AllWrong - accuracy;
        }
        catch (RunDivergedException e)
        {
            // What cannot be trained by this recipe classifies nothing; the others go on.
            say($"counts as {AllWrong} % wrong: {genotype} ({e.Message.TrimEnd('.')})");
            return AllWrong;
        }
        finally
        {
            free.Add(backend);
        }
    }
}

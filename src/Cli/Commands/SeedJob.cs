using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Seeds;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// One seed of a study: its search, and the trainings of what it found and of a random cell. What is done already is left as it is.
/// </summary>
/// <param name="folder">The study.</param>
/// <param name="seed">The seed.</param>
/// <param name="data">The images.</param>
/// <param name="backend">Where it computes.</param>
/// <param name="threads">Threads that it has.</param>
/// <param name="output">Where lines go.</param>
/// <param name="beside">The random cell for what the seed found; null for one with about as many parameters.</param>
internal sealed class SeedJob(
    SeedFolder folder, ulong seed, ImageData data, Backend<float> backend, int threads, TextWriter output,
    Func<Genotype, ulong, Genotype>? beside)
{
    /// <summary>Does what is still to be done.</summary>
    public void ToEnd(CancellationToken cancellation)
    {
        var found = Search(cancellation);
        if (folder.Plan.Retrain == 0) return;
        Train("found cell", folder.FoundOf(seed), found.WithOutputs, cancellation);
        Train("random cell", folder.RandomOf(seed), () => beside?.Invoke(found, seed) ?? RandomLike(found), cancellation);
    }

    private Genotype Search(CancellationToken cancellation)
    {
        var path = folder.SearchOf(seed);
        var options = folder.Plan.SearchOf(seed) with { Threads = threads };
        using var view = new SeedProgress(output, $"seed {seed}", options.Epochs);
        using var run = StudyTraining.HasRun(path) ? SearchFolder.Open(path) : SearchFolder.Create(path, folder.Plan.SearchOf(seed));
        using var recorder = new RunRecorder<SearchOptions, SearchHistory, SearchResult>(run, view);
        if (recorder.Finished is { } history)
        {
            view.Print("the search is done");
            return history.Genotype!;
        }

        var checkpoints = recorder.Checkpoints(options.CheckpointRing, view.Warn);
        run.Adopt(options, () => DataFingerprint.From(data.Train), checkpoints);
        var (train, valid) = SearchImages.Split(data, options);
        return Failures.Recorded(path, recorder.Stop, () =>
        {
            recorder.Begin($"{data.Name}, {train.Indices.Length} + {valid.Indices.Length} images", backend, threads, options);
            var result = DartsSearch.Run(train, valid, options, backend, recorder, checkpoints, cancellation);
            recorder.Complete(result);
            return result.Genotype;
        });
    }

    private void Train(string name, string path, Func<Genotype> genotype, CancellationToken cancellation) =>
        new StudyTraining(data, folder.Plan.Options.Data, backend, threads, output).ToEnd(
            $"seed {seed}  {name}", path, () => folder.Plan.TrainingOf(seed, genotype().ToString()), cancellation);

    private Genotype RandomLike(Genotype found)
    {
        var (plan, size) = (folder.Plan, new CellSize(data, folder.Plan.TrainingOf(seed, found.ToString())));
        // Number 0 is what a random search with this seed finds.
        return RandomGenotypes.DrawOfSize(
            seed, 1, plan.Options.Nodes, plan.Options.Multiplier, AskedSize.About(size.Of(found)), genotype => size.Of(genotype),
            CellSpace.Named(plan.Options.Space));
    }
}

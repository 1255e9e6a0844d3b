using MIOpenDarts.Cli.Profiling;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>
/// The tables of a modelled card for the networks of the literature (<see cref="PublishedNetworks"/>): batches of 1, 32 and 64, in
/// inference and in training. Whole networks of <see cref="PublishedNetworks.Cifar10"/> check them.
/// </summary>
internal static class PublishedTables
{
    /// <summary>The option that names their folder.</summary>
    public const string Option = "--published";

    // The most asked for first.
    private static readonly (int Batch, string Mode)[] All =
        [(64, "inference"), (64, "training"), (1, "inference"), (32, "inference"), (32, "training"), (1, "training")];

    /// <summary>Refuses a batch that no table has.</summary>
    /// <exception cref="OptionsException">It is one.</exception>
    public static void Require(int? batch)
    {
        if (batch is not null && !All.Any(table => table.Batch == batch))
            throw new OptionsException($"--batch is {batch}; with {Option} allowed is 1, 32 or 64, or none for all of them");
    }

    /// <summary>Makes what a folder lacks of them.</summary>
    /// <param name="model">The card's time model.</param>
    /// <param name="folder">Where.</param>
    /// <param name="batch">Only those of a batch; null for all.</param>
    /// <param name="mode">Only those of a mode; null for both.</param>
    /// <param name="progress">Takes each step, counted over all tables.</param>
    /// <param name="cancellation">Stops between two parts; what is done is kept.</param>
    /// <returns>The tables and their files.</returns>
    public static IReadOnlyList<(string File, CostTable Table)> Make(
        TimeModel model, string folder, int? batch, string? mode, Action<ProfileStep> progress, CancellationToken cancellation)
    {
        var chosen = All.Where(table => (batch ?? table.Batch) == table.Batch && (mode ?? table.Mode) == table.Mode).ToList();
        var tables = new List<(string File, CostTable Table)>();
        foreach (var (images, of) in chosen)
        {
            using var profiler = new ModelledProfiler(model, images, of == "training");
            var name = $"{model.Card}-b{images}-{of}";
            var path = Path.Combine(folder, $"{name}.json");
            using var file = new TableFile(Option, path);
            var meter = new ModelMeter(model);
            var profile = new TableProfile(profiler, meter, PublishedNetworks.Cifar10, CellSpace.Darts, PublishedNetworks.Parts);
            var steps = profile.Steps(PublishedNetworks.Parts.Count);
            var before = tables.Count * steps;
            tables.Add((path, profile.Complete(
                file.Begin(ModelMeter.Modelled(TableFile.Empty(name, profiler, meter, images, of))), file.Keep,
                step => progress(step with { Done = before + step.Done, All = chosen.Count * steps, Name = $"{name}: {step.Name}" }),
                cancellation)));
        }

        return tables;
    }
}

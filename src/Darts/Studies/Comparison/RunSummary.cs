using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Studies.Comparison;

/// <summary>What one training reached, for a table of several.</summary>
/// <param name="Method">Name of the network.</param>
/// <param name="Network">A genotype's text, or the name of a hand-made network.</param>
/// <param name="Recipe">Every option with an effect but network and seed: only runs with equal ones are seeds of one row.</param>
/// <param name="Parameters">Without the auxiliary head.</param>
/// <param name="MultiplyAdds">For one image.</param>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="Accuracy">Test accuracy after the last epoch, in percent.</param>
/// <param name="ImagesPerSecond">In training.</param>
/// <param name="Seconds">Of the training.</param>
internal sealed record RunSummary(
    string Method, string Network, string Recipe, long Parameters, long MultiplyAdds, int Epochs, double Accuracy, double ImagesPerSecond,
    double Seconds)
{
    /// <summary>The method of a genotype that has no published name.</summary>
    internal const string Unnamed = "genotype";

    /// <summary>Bytes of the weights.</summary>
    internal long Bytes { get; init; } = sizeof(float) * Parameters;

    /// <summary>What the network costs by each model that was asked; null where no model knows it.</summary>
    internal IReadOnlyList<double?> Costs { get; init; } = [];

    /// <summary>Reads the folder of a training.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="costs">What of the network is asked for.</param>
    /// <exception cref="RunFolderException">There is no training in it, or it has no finished epoch.</exception>
    /// <exception cref="InvalidDataException">Its log is damaged.</exception>
    public static RunSummary Read(string folder, IReadOnlyList<ICostModel> costs)
    {
        var options = TrainFolder.ReadOptions(folder);
        var log = Path.Combine(folder, "log.jsonl");
        var weights = Path.Combine(folder, TrainFolder.BestName);
        if (!File.Exists(log) || !File.Exists(weights)) throw NothingDone(folder);
        var history = TrainHistory.From(RunLog.Read(log));
        if (history.Epochs.Count == 0) throw NothingDone(folder);
        var description = NetworkDescription.Read(weights);
        using var backend = new ReferenceBackend<float>();
        using var net = description.Build(backend);
        var recipe = TrainOptions.Table.All.Where(f => f.HasEffect
            && f.Name is not ("seed" or "network")).Select(f => $"{f.Name} {f.Show(options)}");
        return new RunSummary(
            NameOf(description), description.Network, string.Join(", ", recipe), net.ParameterCount, net.Trace().MultiplyAdds,
            Math.Min(history.Epochs.Count, options.Epochs),
            history.Epochs[^1].Test.Top1, history.Epochs.Average(epoch => epoch.ImagesPerSecond), history.Seconds)
        {
            Bytes = net.WeightBytes,
            Costs = [.. costs.Select(cost => ITargetNetwork.CostOf(description, cost))],
        };
    }

    /// <summary>A published name where there is one.</summary>
    private static string NameOf(NetworkDescription description) =>
        OriginOf(description) + (description.IsQuantised ? " int8" : description.Operations is null ? "" : " compressed");

    private static string OriginOf(NetworkDescription description) => description.IsBaseline
        ? description.Network
        : NamedGenotypes.Names.FirstOrDefault(name => NamedGenotypes.Get(name).ToString() == description.Network) ?? Unnamed;

    private static RunFolderException NothingDone(string folder) =>
        new($"{folder}: no epoch of this training is done yet; let it train first");
}

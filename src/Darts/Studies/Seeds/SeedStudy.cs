using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>What several seeds have found up to now.</summary>
/// <param name="Dataset">Name and sizes of the data.</param>
/// <param name="Plan">What is to be done.</param>
/// <param name="Results">The seeds that are done, in the order of the plan.</param>
internal sealed record SeedStudy(string Dataset, SeedPlan Plan, IReadOnlyList<SeedResult> Results)
{
    /// <summary>Validation accuracy of the supernets, in percent.</summary>
    public Spread Valid => Spread.From([.. Results.Select(result => result.ValidAccuracy)]);

    /// <summary>Training accuracy of the supernets, in percent.</summary>
    public Spread Train => Spread.From([.. Results.Select(result => result.TrainAccuracy)]);

    /// <summary>Entropy of the mixing weights, in nats.</summary>
    public Spread Entropy => Spread.From([.. Results.Select(result => result.Entropy)]);

    /// <summary>Seeds whose cells were trained.</summary>
    public IReadOnlyList<SeedResult> Retrained => [.. Results.Where(result => result.Found is not null)];

    /// <summary>Test accuracy of the found cells, in percent.</summary>
    public Spread Found => Spread.From([.. Retrained.Select(result => result.Found!.Accuracy)]);

    /// <summary>Test accuracy of the random cells, in percent.</summary>
    public Spread Random => Spread.From([.. Retrained.Select(result => result.Random!.Accuracy)]);

    /// <summary>Test accuracy of a found cell less that of the random one of its seed, in points.</summary>
    public Spread Gain => Spread.From([.. Retrained.Select(result => result.Found!.Accuracy - result.Random!.Accuracy)]);

    /// <summary>Each kind of cells, with its name.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<GenotypeCell> Cells)> Cells =>
    [
        .. CellSpace.Named(Plan.Options.Space).Kinds.Select((kind, i) =>
            (kind.Title, (IReadOnlyList<GenotypeCell>)[.. Results.Select(result => result.Genotype.Cells[i])])),
    ];
}

/// <summary>What one seed has found.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Genotype">What the search ended with.</param>
/// <param name="TrainAccuracy">Accuracy over the training half in the epoch of the genotype, in percent.</param>
/// <param name="ValidAccuracy">Accuracy over the validation half after that epoch, in percent.</param>
/// <param name="Entropy">Mean entropy of an edge's mixing weights in that epoch, in nats: 0 for a decided search.</param>
/// <param name="Seconds">Seconds of work of the search.</param>
/// <param name="Ending">How a watchdog ended the search; null where none did.</param>
/// <param name="Notes">What the derivation of the genotype had to do beside its rule; null for nothing.</param>
/// <param name="Found">Training of the found cell; null without.</param>
/// <param name="Random">Training of a random cell of its size; null without.</param>
internal sealed record SeedResult(
    ulong Seed, Genotype Genotype, double TrainAccuracy, double ValidAccuracy, double Entropy, double Seconds, string? Ending = null,
    IReadOnlyList<string>? Notes = null, TrainedCell? Found = null, TrainedCell? Random = null)
{
    /// <summary>What the genotype costs by the log of its search; null for a search that knew no cost.</summary>
    public double? Cost { get; init; }
}

/// <summary>What a training of a cell reached.</summary>
/// <param name="Genotype">The cell.</param>
/// <param name="Parameters">Parameters of its network.</param>
/// <param name="Accuracy">Test accuracy after the last epoch, in percent.</param>
internal sealed record TrainedCell(Genotype Genotype, long Parameters, double Accuracy);

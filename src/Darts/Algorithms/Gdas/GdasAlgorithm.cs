using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Algorithms.Gdas;

/// <summary>
/// GDAS (Dong and Yang, CVPR 2019; D-X-Y/AutoDL-Projects): one operation of each edge is drawn in every pass and alone computed, at a
/// temperature that falls linearly. The weights of operations that a pass does not draw have no gradient in it; like those of a network
/// whose gradient is zero, they go on with their momentum and shrink by their decay, as in the official code.
/// </summary>
internal sealed class GdasAlgorithm : SearchAlgorithm
{
    private const string Id = "gdas";

    /// <inheritdoc/>
    public override string Name => Id;

    /// <inheritdoc/>
    public override string Summary => "one drawn operation an edge, Gumbel straight-through (Dong and Yang 2019)";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new()
    {
        Algorithm = Id,
        Epochs = 250,
        WeightDecay = 5e-4,
        Nesterov = true,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<OptionField<SearchOptions>> Options { get; } = new GdasOptionTable().OnlyFor(Id);

    /// <inheritdoc/>
    public override Relaxation<T> Relax<T>(SearchOptions options, int edges, int kind) =>
        new GumbelRelaxation<T>(edges, Candidates(options).Count, kind, epoch => Temperature(options, epoch));

    /// <summary>τ of an epoch: linear from the first to the last.</summary>
    public static double Temperature(SearchOptions options, int epoch)
    {
        var (start, end) = (options.Own<GdasOptions>().TemperatureStart, options.Own<GdasOptions>().TemperatureEnd);
        return options.Epochs < 2 ? start : start + (end - start) * epoch / (options.Epochs - 1);
    }
}

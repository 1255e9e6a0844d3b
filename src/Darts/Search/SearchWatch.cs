using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Watchdogs;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Search;

/// <summary>
/// The watchdogs of one search: takes their figures after each epoch and raises alarms, but not while the architecture rests.
/// </summary>
internal sealed class SearchWatch
{
    private readonly SearchOptions options;
    private readonly SearchState state;
    private readonly bool measures;
    private DominantEigenvalue<float>? eigenvalue;
    private ISupernet<float>? net;
    private readonly float[] pixels = [];
    private readonly int[] labels = [];
    private readonly BatchShare share;

    private SearchWatch(SearchOptions options, SearchState state, SearchImages valid)
    {
        (this.options, this.state) = (options, state);
        measures = WatchNames.Chosen(options).Contains(WatchNames.Eigenvalue);
        if (!measures) return;
        // The same images in every epoch, so that values differ by the alphas and weights only.
        using var batches = new BatchPipeline(valid.Encoder, options.BatchSize, workers: 0, state.Net.Backend.Leaves);
        batches.Start(BatchSchedule.InOrder(valid.Indices[..options.BatchSize], options.BatchSize));
        if (!batches.TryRead(out var batch)) throw new InvalidOperationException("There is no validation image.");
        (pixels, labels, share) = (batch.Pixels.ToArray(), batch.Labels.ToArray(), batch.Share);
    }

    /// <summary>The watchdogs that the options ask for; null for none.</summary>
    public static SearchWatch? Create(SearchOptions options, SearchState state, SearchImages valid) =>
        WatchNames.Chosen(options).Count == 0 ? null : new SearchWatch(options, state, valid);

    /// <summary>The eigenvalue after an epoch; null in epochs without one.</summary>
    public double? Measure(int epoch)
    {
        if (!measures || epoch % options.WatchInterval != 0 || !state.Algorithm.MovesAlphas(options, epoch)) return null;
        // A search in stages goes on with another network.
        if (net != state.Net) (net, eigenvalue) = (state.Net, new DominantEigenvalue<float>(state.Model));
        net.SetDropPath(0);
        // A drawn operation is a step of alpha, and a step has no Hessian; the expectation of the weights has.
        net.UseExpectation(true);
        try
        {
            return eigenvalue!.Estimate(
                new(pixels, labels, share), new Pass(Training: true, WeightGradients: false, options.Seed, epoch, 0));
        }
        finally
        {
            net.UseExpectation(false);
        }
    }

    /// <summary>The record of an epoch with the figures, and with an alarm if one is due.</summary>
    /// <param name="record">The epoch.</param>
    /// <param name="measured">What <see cref="Measure"/> returned.</param>
    /// <param name="before">The epochs before it.</param>
    public EpochRecord Judge(EpochRecord record, double? measured, IReadOnlyList<EpochRecord> before)
    {
        int[] skips = [.. record.Genotype.Cells.Select(WatchRules.Skips)];
        record = record with
        {
            Watch = new WatchRecord(skips[0], skips.ElementAtOrDefault(1), WatchRules.StableEpochs([.. before, record]), measured),
        };
        if (!state.Algorithm.MovesAlphas(options, record.Epoch)) return record;
        return record with { Watch = record.Watch with { Alarm = WatchRules.Judge(options, [.. before, record]) } };
    }
}

using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>What a run takes on a card that is not here, by the time model: kernels, and what their launches cost beside them.</summary>
/// <param name="model">The model.</param>
internal sealed class ModelMeter(TimeModel model) : CostMeter
{
    /// <summary>A table that says that its numbers are modelled, and what is known of their error.</summary>
    public static CostTable Modelled(CostTable table) => table with
    {
        Source = "modelled",
        Error = TimeModel.ErrorOn(table.Device.Device),
    };

    /// <inheritdoc/>
    public override string Kind => "latency";

    /// <inheritdoc/>
    public override string Unit => "ms";

    /// <inheritdoc/>
    public override bool SeesDrift => false;

    /// <inheritdoc/>
    public override CostEntry Measure(IPreparedRun run, int together)
    {
        // The model says the same of every run: there is nothing to repeat.
        var kernels = model.Record(() =>
        {
            run.Run();
            run.Finish();
        });
        var (launches, milliseconds) = (kernels.Sum(kernel => kernel.Launches), kernels.Sum(kernel => kernel.Microseconds) / 1000);
        return new CostEntry(Rounded(milliseconds + launches * model.LaunchMicroseconds / 1000), 0, 1)
        { Launches = launches, WithoutLaunches = Rounded(milliseconds) };
    }

    // To a nanosecond.
    private static double Rounded(double milliseconds) => Math.Round(milliseconds, 6);
}

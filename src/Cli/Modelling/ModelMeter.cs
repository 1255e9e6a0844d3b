using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>What a run takes on a card that is not here, by the time model: kernels, and what their launches cost beside them.</summary>
/// <param name="model">The model.</param>
internal sealed class ModelMeter(TimeModel model) : CostMeter
{
    private const string Known =
        "on the products of an R9 Nano the median error is 7 % and the standard deviation of ln(modelled/measured) is 0.14, "
        + "on OpenCL convolutions of a Vega 10 27 % and 0.42 (native/virtual-gpu/README.md)";

    // The cards of these rows, by their name in the model: the others were compared in rates at most.
    private static readonly string[] Compared = ["fiji", "vega10"];

    /// <summary>A table that says that its numbers are modelled, and what is known of their error.</summary>
    public static CostTable Modelled(CostTable table) => table with
    {
        Source = "modelled",
        Error = Compared.Contains(table.Device.Device) ? Known : $"no error is known for this card; {Known}",
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

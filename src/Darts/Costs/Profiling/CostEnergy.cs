using MIOpenDarts.Darts.Costs.Energy;
using MIOpenDarts.Darts.Costs.Tables;

namespace MIOpenDarts.Darts.Costs.Profiling;

/// <summary>Measures energy above rest over a second and more of runs; the spread of one such measurement is not known.</summary>
/// <param name="measurement">The sensor's.</param>
internal sealed class CostEnergy(EnergyMeasurement measurement) : CostMeter
{
    /// <inheritdoc/>
    public override string Kind => "energy";

    /// <inheritdoc/>
    public override string Unit => "mJ";

    /// <inheritdoc/>
    public override CostEntry Measure(IPreparedRun run, int together)
    {
        var runs = 0;
        var joules = measurement.Joules(() =>
        {
            for (var i = 0; i < together; i++) run.Run();
            run.Finish();
            runs += together;
        });
        return new CostEntry(1000 * joules / together, 0, runs);
    }
}

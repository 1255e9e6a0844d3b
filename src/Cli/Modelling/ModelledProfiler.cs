using System.Globalization;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Diagnostics;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>Runs parts and networks on the modelled card that this process has for a GPU.</summary>
/// <param name="model">Its time model.</param>
/// <param name="batch">Images in a batch.</param>
/// <param name="training">Forward and backward with batch statistics, or inference.</param>
internal sealed class ModelledProfiler(TimeModel model, int batch, bool training) : IProfiler
{
    private readonly BackendProfiler profiler = new(MIOpenBackend.Create(0, deterministic: true), batch, training);

    /// <inheritdoc/>
    public TableDevice Device => profiler.Device with
    {
        Device = model.Card,
        // The same numbers for every commit of a version, so that a table goes on where it was stopped.
        Versions = $"miopendarts {RunEnvironment.ThisVersion.Split('+')[0]}, virtual gfx803; "
            + string.Create(CultureInfo.InvariantCulture, $"{model.LaunchMicroseconds:0.##} us a launch"),
    };

    /// <inheritdoc/>
    public int RunsTogether => 1;

    /// <inheritdoc/>
    public IPreparedRun? Prepare(NetworkPart part) => profiler.Prepare(part);

    /// <inheritdoc/>
    public IPreparedRun Prepare(TargetNetwork network, Genotype genotype) => profiler.Prepare(network, genotype);

    /// <inheritdoc/>
    public void Dispose() => profiler.Dispose();
}

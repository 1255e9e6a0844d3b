using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>
/// Runs parts and networks on the modelled card that this process has for a GPU. Each has a backend of its own. A part begins with an empty
/// L2 and no launch that is known, and so does the first of several networks, which share most of their launches: times do not depend on
/// what ran before, nor on where a table was stopped.
/// </summary>
/// <param name="model">Its time model.</param>
/// <param name="batch">Images in a batch.</param>
/// <param name="training">Forward and backward with batch statistics, or inference.</param>
internal sealed class ModelledProfiler(TimeModel model, int batch, bool training) : IProfiler
{
    private const string Architecture = "gfx803";
    private bool inNetworks;

    /// <inheritdoc/>
    public TableDevice Device { get; } = new(
        model.Card, "hip", Threads: 0,
        // The same for every commit that leaves the kernels as they are, so that a table goes on where it was stopped.
        $"miopendarts {RunEnvironment.ThisVersion.Split('+')[0]}, kernels {KernelSources.Version(Architecture)}, "
        + $"MIOpen {MIOpenHandle.LibraryVersion}, virtual {Architecture}: {model.Constants}");

    /// <inheritdoc/>
    public int RunsTogether => 1;

    /// <inheritdoc/>
    public IPreparedRun? Prepare(NetworkPart part)
    {
        inNetworks = false;
        return Alone(profiler => profiler.Prepare(part));
    }

    /// <inheritdoc/>
    public IPreparedRun Prepare(ITargetNetwork network, Genotype genotype)
    {
        var run = Alone(profiler => profiler.Prepare(network, genotype));
        inNetworks = true;
        return run;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private AloneRun Alone(Func<BackendProfiler, IPreparedRun> prepare)
    {
        var run = Begin();
        if (run.SolverSearches == 0) return run;
        // A search leaves its traces in L2 and in memory. It is spared now, as it is in a process that goes on with a table.
        run.Dispose();
        return Begin();

        AloneRun Begin()
        {
            if (!inNetworks) model.Forget();
            return new AloneRun(MIOpenBackend.Create(0, deterministic: true), batch, training, prepare);
        }
    }

    /// <summary>A run that was run once, on a backend of its own.</summary>
    private sealed class AloneRun : IPreparedRun
    {
        private readonly MIOpenBackend gpu;
        private readonly BackendProfiler profiler;
        private readonly IPreparedRun? run;

        public AloneRun(MIOpenBackend gpu, int batch, bool training, Func<BackendProfiler, IPreparedRun> prepare)
        {
            this.gpu = gpu;
            profiler = new BackendProfiler(gpu, batch, training);
            try
            {
                run = prepare(profiler);
                run.Run();
                run.Finish();
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Searches for solvers that the first run needed.</summary>
        public int SolverSearches => gpu.SolverSearches;

        public void Run() => run!.Run();

        public void Finish() => run!.Finish();

        public void Dispose()
        {
            run?.Dispose();
            profiler.Dispose();
        }
    }
}

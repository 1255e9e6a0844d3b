using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Costs.Profiling;

/// <summary>Runs parts and networks on a backend, as a discrete network computes them.</summary>
/// <param name="backend">Where; it is disposed with the profiler.</param>
/// <param name="batch">Images in a batch.</param>
/// <param name="training">Forward and backward with batch statistics, or inference.</param>
internal sealed class BackendProfiler(Backend<float> backend, int batch, bool training) : IProfiler
{
    // A launch returns before it is done, so that several in a row are timed as one.
    private const int LaunchesTogether = 10;

    /// <inheritdoc/>
    public TableDevice Device { get; } = new(
        backend.Threads > 0 ? RunEnvironment.ThisProcessor : backend.Description, backend.Name, backend.Threads,
        $"miopendarts {RunEnvironment.ThisVersion}; {backend.Description}");

    /// <inheritdoc/>
    public int RunsTogether => backend.Threads > 0 ? 1 : LaunchesTogether;

    /// <inheritdoc/>
    public IPreparedRun Prepare(NetworkPart part) => new PartRun(backend, part, batch, training);

    /// <inheritdoc/>
    public IPreparedRun Prepare(ITargetNetwork network, Genotype genotype) => new WholeRun(backend, network, genotype, batch, training);

    /// <inheritdoc/>
    public void Dispose() => backend.Dispose();

    private sealed class WholeRun : IPreparedRun
    {
        private readonly ImageClassifier<float> net;
        private readonly Pass pass;

        public WholeRun(Backend<float> backend, ITargetNetwork network, Genotype genotype, int batch, bool training)
        {
            net = network.Build(backend, genotype);
            pass = training ? new Pass(Training: true) : Pass.Inference;
            try
            {
                net.Parameters.Initialize(1);
                net.Plan(batch, training);
                var task = network.Task;
                net.LoadBatch(new float[batch * task.Channels * task.Height * task.Width], new int[batch]);
            }
            catch
            {
                net.Dispose();
                throw;
            }
        }

        public void Run()
        {
            net.Forward(pass);
            if (pass.Training) net.Backward(pass);
        }

        public void Finish() => net.Backend.Synchronize();

        public void Dispose() => net.Dispose();
    }
}

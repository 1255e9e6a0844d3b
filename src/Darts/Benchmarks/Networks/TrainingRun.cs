using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Benchmarks.Networks;

/// <summary>A discrete network and its optimiser on random images, ready to make the same training step again and again.</summary>
internal sealed class TrainingRun : IPreparedRun
{
    private readonly TrainOptions options;
    private readonly TrainState state;
    private readonly RandomBatch batch;

    /// <summary>Builds and plans the paper's network and draws its weights.</summary>
    public TrainingRun(Backend<float> backend, int batchSize)
    {
        options = TrainPresets.Get("darts") with { BatchSize = batchSize };
        batch = new RandomBatch(batchSize, NetworkCase.Task);
        var description = new NetworkDescription
        {
            Network = NetworkCase.Genotype,
            Task = NetworkCase.Task,
            InitChannels = NetworkCase.InitChannels,
            Layers = NetworkCase.Layers,
            Auxiliary = options.Auxiliary,
        };
        state = new TrainState(options, description, backend);
        state.Initialize();
        state.Net.SetDropPath(options.DropPath);
    }

    /// <inheritdoc/>
    public void Run() => Step();

    /// <summary>One step; says what the network answered before it.</summary>
    public BatchResult Step() => state.Step(batch.Images, options.LearningRate, epoch: 0, step: 0);

    /// <inheritdoc/>
    public void Finish() => state.Net.Backend.Synchronize();

    /// <inheritdoc/>
    public void Dispose() => state.Dispose();
}

using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Benchmarks.Steps;

/// <summary>A search's network and optimisers on random images, ready to make the same step again and again.</summary>
internal sealed class PreparedStep : IDisposable
{
    private static readonly Pass Training = new(Training: true);
    private readonly SearchOptions options;
    private readonly SearchState state;
    private readonly RandomBatch batch;

    /// <summary>Builds, plans and initialises the network; <paramref name="unrolled"/> needs more memory for second-order steps.</summary>
    public PreparedStep(Backend<float> backend, StepConfiguration configuration, bool unrolled)
    {
        var shape = configuration.Shape;
        options = configuration.Options with { Unrolled = unrolled };
        state = new SearchState(options, shape, backend, configuration.Form);
        state.Initialize();
        batch = new RandomBatch(configuration.Batch, new(shape.ImageChannels, shape.Height, shape.Width, shape.Classes));
    }

    /// <summary>Bytes of parameters, their companions and activations on the device.</summary>
    public long PlannedBytes => state.Net.Parameters.Bytes + state.Net.ActivationBytes;

    /// <summary>What the backend's prepared operations say of themselves.</summary>
    public IReadOnlyList<string> Operations => [.. state.Net.Operations.Select(o => o.Describe())];

    /// <summary>One step to its end.</summary>
    public void Run(StepKind kind)
    {
        if (kind == StepKind.Weights)
        {
            state.Net.Evaluate(batch.Images, Training);
            state.Sgd.Clip(options.GradClip);
            state.Sgd.Step(options.LearningRate);
        }
        else
        {
            state.Architect.Step(batch.Images, batch.Images, options.LearningRate, Training);
        }

        state.Net.Backend.Synchronize();
    }

    /// <summary>Frees everything.</summary>
    public void Dispose() => state.Dispose();
}

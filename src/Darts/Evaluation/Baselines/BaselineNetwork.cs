using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Baselines;

/// <summary>A hand-made network to compare with: blocks one after another, global pool, linear layer.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class BaselineNetwork<T> : ImageClassifier<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Module<T>> blocks = [];

    /// <summary>Remembers where the network lives and what it classifies.</summary>
    protected BaselineNetwork(Backend<T> backend, ImageTask task)
        : base(backend, task)
    {
    }

    /// <inheritdoc/>
    public override Tensor<T> Logits => blocks[^1].Dst;

    /// <inheritdoc/>
    public override InferenceGraph<T> Trace()
    {
        var graph = new InferenceGraph<T>(Task.Channels, Task.Height, Task.Width);
        graph.SetOutput(blocks.Aggregate(graph.Input, (value, block) => block.Trace(graph, value)));
        return graph;
    }

    /// <summary>Appends a block.</summary>
    protected void Append(params Module<T>[] modules) => blocks.Add(modules.Length == 1 ? modules[0] : new Sequential<T>(modules));

    /// <summary>Appends pool and classifier, and allocates the parameters.</summary>
    protected void Finish(int channels)
    {
        Append(new GlobalAveragePool<T>());
        Append(new Linear<T>(Parameters, "linear.", channels, Task.Classes));
        Parameters.Commit(Backend);
    }

    /// <summary>A convolution named <paramref name="name"/>.</summary>
    protected Convolution<T> Convolve(string name, int inputs, int outputs, Window2D window, int groups = 1) =>
        new(Parameters, name + ".", inputs, outputs, window, groups);

    /// <summary>A batch norm named <paramref name="name"/>.</summary>
    protected BatchNorm<T> Norm(string name, int channels) => new(Parameters, name + ".", channels, affine: true);

    /// <inheritdoc/>
    private protected override void PlanLayers(MemoryPlan<T> built, Scratchpad<T> shared, LivenessSchedule time, Tensor<T> source)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            built.DefaultLifetime = time.Value(i, i + 1);
            built.DefaultDiffLifetime = time.Diff(i, i + 1);
            source = blocks[i].Plan(built, source);
        }
    }

    /// <inheritdoc/>
    protected override void RunForward(in Pass pass)
    {
        foreach (var block in blocks) block.Forward(pass);
    }

    /// <inheritdoc/>
    protected override void RunBackward(in Pass pass)
    {
        for (var i = blocks.Count - 1; i >= 0; i--) blocks[i].Backward(pass, accumulate: false);
    }
}

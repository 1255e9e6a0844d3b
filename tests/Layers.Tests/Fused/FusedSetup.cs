using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>Tensors of one fused operation on one backend, filled with the same numbers whatever the backend.</summary>
internal abstract class FusedSetup<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private uint fills;

    protected FusedSetup(Backend<T> backend, int batch)
    {
        Backend = backend;
        Plan = new MemoryPlan<T>(backend, batch);
    }

    public Backend<T> Backend { get; }

    protected MemoryPlan<T> Plan { get; }

    protected ParameterSet<T> Parameters { get; } = new();

    /// <summary>What was prepared.</summary>
    public IReadOnlyList<Operation<T>> Operations => Plan.Operations;

    /// <summary>Goes on with the first images only.</summary>
    public void SetBatch(int images) => Plan.SetBatch(images);

    /// <summary>A source with its gradient, in segments where the backend reads such.</summary>
    protected Tensor<T> Source(string name, int segments, int channels, int h, int w)
    {
        if (segments == 1 || Backend.Name != "cpu") return Plan.ActivationWithDiff(name, channels, h, w);
        var value = Plan.Segmented(name, segments, channels / segments, h, w, Lifetime.Always);
        value.Diff = Plan.Segmented("d " + name, segments, channels / segments, h, w, Lifetime.Always);
        return value;
    }

    /// <summary>How many branches, edges or terms there are.</summary>
    public abstract int Items { get; }

    /// <summary>At most so many rounded terms lead to a result: those of the sums that follow one another.</summary>
    public abstract double Terms { get; }

    /// <summary>What both backends must agree on, by name.</summary>
    public abstract IEnumerable<(string Name, double[] Values)> Results();

    /// <summary>Keeps to some of what the only operation was planned for.</summary>
    public abstract void Choose(IEnumerable<int> chosen);

    public void Forward(bool training = true)
    {
        // By number, as an enumerator would be the only allocation of a pass.
        for (var i = 0; i < Operations.Count; i++) Operations[i].Forward(training);
    }

    public void Backward(bool weightGradients = true)
    {
        for (var i = Operations.Count - 1; i >= 0; i--) Operations[i].Backward(weightGradients);
    }

    public void Run(bool weightGradients = true)
    {
        Forward();
        Backward(weightGradients);
    }

    public virtual void Dispose()
    {
        Plan.Dispose();
        Parameters.Dispose();
    }

    /// <summary>What each operation is planned for.</summary>
    protected static IEnumerable<TItem[]> Parts<TItem>(TItem[] all, int[][] parts) =>
        parts.Length == 0 ? [all] : parts.Select(part => part.Select(i => all[i]).ToArray());

    protected static void Choose<TItem>(ActiveList<TItem> list, IEnumerable<int> chosen)
    {
        list.Clear();
        foreach (var i in chosen) list.Activate(i);
    }

    protected void Commit()
    {
        Parameters.Commit(Backend);
        Plan.Commit();
        Parameters.Initialize(1);
    }

    protected void Randomize(Tensor<T> tensor, float scale = 1, float shift = 0, Func<float, float>? round = null)
    {
        var random = new CounterRandom(5, RandomStream.Weights, 1, (int)fills++);
        var values = new T[tensor.Shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = (float)random.NextNormal() * scale + shift;
            values[i] = T.CreateChecked(round?.Invoke(value) ?? value);
        }

        if (tensor.Segments.Count == 0 && tensor.Shape is ({ H: 1, W: 1 } or { N: 1, C: 1 })) Backend.Upload<T>(values, tensor);
        else Backend.WriteImages(values, tensor);
    }

    /// <summary>
    /// Values and their means on grids that lie between each other, so that no rounding decides on which side of its mean, that is of a
    /// ReLU after the batch norm, a value is.
    /// </summary>
    protected void RandomizeAroundMeans(Tensor<T> values, Tensor<T> means)
    {
        const float grid = 2048;
        Randomize(values, round: x => MathF.Round(x * grid) / grid);
        Randomize(means, round: x => (MathF.Round(x * grid) + 0.5f) / grid);
    }

    protected void RandomizeFilter(Tensor<T> tensor)
    {
        var random = new CounterRandom(5, RandomStream.Weights, 1, (int)fills++);
        var values = new T[tensor.Shape.Count];
        for (var i = 0; i < values.Length; i++) values[i] = T.CreateChecked((float)random.NextNormal());
        Backend.Upload<T>(values, tensor);
    }

    /// <summary>Gradient vectors as a node sum would have left them.</summary>
    protected void RandomizeGradient(DeferredBatchNorm<T> v)
    {
        Randomize(v.Gradient.Dy);
        Randomize(v.Gradient.Z);
        Randomize(v.Gradient.Constant, 0.1f);
    }

    protected double[] Image(Tensor<T> tensor)
    {
        var values = new T[tensor.Shape.Count];
        Backend.ReadImages(tensor, values);
        return Array.ConvertAll(values, double.CreateChecked);
    }

    protected double[] Vector(Tensor<T> tensor)
    {
        var values = new T[tensor.Shape.Count];
        Backend.Download<T>(tensor, values);
        return Array.ConvertAll(values, double.CreateChecked);
    }
}

using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>One operation or layer that is measured, forward and backward.</summary>
/// <param name="name">What tables and filters call it.</param>
internal abstract class OperationCase(string name)
{
    /// <summary>What tables and filters call it.</summary>
    public string Name { get; } = name;

    /// <summary>What a forward pass cannot do without.</summary>
    public abstract Work Forward(Geometry g);

    /// <summary>What a backward pass, in the data and in the weights, cannot do without.</summary>
    public abstract Work Backward(Geometry g);

    /// <summary>Makes tensors on a backend and runs both passes once, so that nothing is compiled or allocated afterwards.</summary>
    public PreparedOperation Prepare(Backend<float> backend, Geometry g)
    {
        var bench = new Workbench(backend, g.Batch);
        var (forward, backward) = Build(bench, g);
        bench.Commit();
        return new PreparedOperation(bench, forward, backward);
    }

    /// <summary>Asks for tensors; the actions run after they have memory.</summary>
    private protected abstract (Action Forward, Action Backward) Build(Workbench bench, Geometry g);

    /// <summary>Both passes of a layer's operation, the source's gradient overwritten.</summary>
    private protected static (Action Forward, Action Backward) Passes(LayerOperation<float> operation) => (
        () => operation.Forward(training: true),
        () => operation.Backward(weightGradients: true, accumulate: false));

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>An operation with its tensors, ready to run again and again.</summary>
internal sealed class PreparedOperation : IDisposable
{
    private readonly Workbench bench;
    private readonly Action forward;
    private readonly Action backward;

    internal PreparedOperation(Workbench bench, Action forward, Action backward)
    {
        (this.bench, this.forward, this.backward) = (bench, forward, backward);
        Forward();
        Backward();
    }

    /// <summary>What the backend's prepared operations say of themselves.</summary>
    public IReadOnlyList<string> Operations => [.. bench.Plan.Operations.Select(o => o.Describe())];

    /// <summary>Runs the forward pass to its end.</summary>
    public void Forward()
    {
        forward();
        bench.Backend.Synchronize();
    }

    /// <summary>Runs the backward pass to its end.</summary>
    public void Backward()
    {
        backward();
        bench.Backend.Synchronize();
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose() => bench.Dispose();
}

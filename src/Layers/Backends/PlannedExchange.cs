namespace MIOpenDarts.Layers.Backends;

/// <summary>The place of another process in an exchange, for what it would allocate to be counted here. It exchanges nothing.</summary>
/// <param name="exchange">This process's.</param>
/// <param name="rank">The other's number.</param>
internal sealed class PlannedExchange(ILeafExchange exchange, int rank) : ILeafExchange
{
    /// <inheritdoc/>
    public int Rank => rank;

    /// <inheritdoc/>
    public int Size => exchange.Size;

    /// <inheritdoc/>
    public IReadOnlyList<int> OnMachine => exchange.OnMachine;

    /// <inheritdoc/>
    public void Gather(Span<double> all) => throw Refusal();

    /// <inheritdoc/>
    public void Sum(Span<float> values) => throw Refusal();

    /// <inheritdoc/>
    public void RequireSame(string what, string own) => throw Refusal();

    /// <inheritdoc/>
    public void Agree(Action work) => throw Refusal();

    private static InvalidOperationException Refusal() => new("Memory is counted here, and nothing is exchanged.");
}

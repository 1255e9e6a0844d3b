namespace MIOpenDarts.Darts.Algorithms.Darts;

/// <summary>DARTS (Liu, Simonyan and Yang, ICLR 2019; quark0/darts): softmax over eight operations, first or second order.</summary>
internal sealed class DartsAlgorithm : SearchAlgorithm
{
    /// <inheritdoc/>
    public override string Name => "darts";

    /// <inheritdoc/>
    public override string Summary => "softmax over all operations (Liu et al. 2019)";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new();
}

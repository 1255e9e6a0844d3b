using MIOpenDarts.Darts.Evaluation.Operations;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>Multiply-adds or parameters, counted.</summary>
/// <param name="network">The network.</param>
/// <param name="sizes">Rows and columns of every value, the images first.</param>
/// <param name="parameters">Parameters instead of multiply-adds.</param>
internal sealed class CountedWidthCost(HostNetwork network, (int Height, int Width)[] sizes, bool parameters) : WidthCost(network)
{
    private readonly IReadOnlyList<NetworkOperation> operations = network.Operations;

    /// <inheritdoc/>
    public override bool IsCounted => true;

    /// <inheritdoc/>
    public override double Of(int[] widths)
    {
        double sum = 0;
        for (var i = 0; i < operations.Count; i++)
        {
            var (height, width) = sizes[i + 1];
            sum += parameters ? Weights(i, widths) + Vectors(operations[i], widths[i + 1]) : Weights(i, widths) * height * width;
        }

        return sum;
    }

    private static int Vectors(NetworkOperation operation, int outputs) => operation switch
    {
        { Kind: OperationKind.BatchNorm, Affine: true } => 2 * outputs,
        { Kind: OperationKind.Linear } => outputs,
        _ => 0,
    };
}

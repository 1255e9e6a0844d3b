using MIOpenDarts.Darts.Evaluation.Operations;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>A network without some of its channels: rows and columns of its tensors go with them.</summary>
/// <param name="network">The network.</param>
/// <param name="removed">Channels that go, by value.</param>
internal sealed class ChannelRemoval(HostNetwork network, ISet<(int Value, int Channel)> removed)
{
    private readonly int[] channels = OperationList.Channels(network.Operations, network.Origin.Task.Channels);

    /// <summary>The smaller network.</summary>
    public HostNetwork Apply()
    {
        var tensors = new Dictionary<string, float[]>();
        var operations = network.Operations.Select((operation, i) => Narrow(operation, i + 1, tensors)).ToList();
        return network with { Operations = operations, Tensors = tensors };
    }

    /// <summary>Channels of a value that stay, in order.</summary>
    public int[] Kept(int value) => [.. Enumerable.Range(0, channels[value]).Where(channel => !removed.Contains((value, channel)))];

    private NetworkOperation Narrow(NetworkOperation operation, int dst, Dictionary<string, float[]> tensors)
    {
        var (rows, columns) = (Kept(dst), Kept(operation.Sources[0]));
        switch (operation.Kind)
        {
            case OperationKind.Convolution when ChannelTies.IsDepthwise(operation, channels[operation.Sources[0]]):
                Take(operation.Name + "weight", channels[dst], rows, keptColumns: null);
                return operation with { Channels = rows.Length, Groups = rows.Length };
            case OperationKind.Convolution:
                Take(operation.Name + "weight", channels[dst], rows, columns);
                return operation with { Channels = rows.Length };
            case OperationKind.FactorizedReduce:
                var half = channels[dst] / 2;
                Take(operation.Name + "conv_1.weight", half, [.. rows.Where(row => row < half)], columns);
                Take(operation.Name + "conv_2.weight", half, [.. rows.Where(row => row >= half).Select(row => row - half)], columns);
                return operation with { Channels = rows.Length };
            case OperationKind.Linear:
                Take(operation.Name + "weight", channels[dst], rows, columns);
                Take(operation.Name + "bias", channels[dst], rows, keptColumns: null);
                return operation;
            case OperationKind.BatchNorm:
                string[] learnt = operation.Affine ? ["weight", "bias"] : [];
                foreach (var vector in (string[])[.. learnt, "running_mean", "running_var"])
                    Take(operation.Name + vector, channels[dst], rows, keptColumns: null);
                return operation;
            case OperationKind.PadChannels:
                var last = channels[dst] - operation.After;
                return operation with
                {
                    Before = rows.Count(row => row < operation.Before),
                    After = rows.Count(row => row >= last),
                };
            default:
                return operation;
        }

        // Of a tensor [rows, columns, taps] the rows and columns that stay; null for all columns.
        void Take(string name, int height, int[] kept, int[]? keptColumns)
        {
            var values = network.Tensors[name];
            var row = values.Length / height;
            var width = keptColumns is null ? 1 : channels[operation.Sources[0]];
            var taps = row / width;
            var chosen = keptColumns ?? [0];
            var narrow = new List<float>(kept.Length * chosen.Length * taps);
            foreach (var r in kept)
                foreach (var c in chosen) narrow.AddRange(values.AsSpan(r * row + c * taps, taps));
            tensors[name] = [.. narrow];
        }
    }
}

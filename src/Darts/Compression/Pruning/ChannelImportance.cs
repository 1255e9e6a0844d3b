using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>By what a channel is judged.</summary>
internal enum ImportanceRule
{
    /// <summary>|γ| of its batch norms (network slimming, Liu et al. 2017).</summary>
    BatchNormScale,
    /// <summary>Mean |w| of the filters that compute it (Li et al. 2017).</summary>
    L1,
    /// <summary>(γ·dγ + β·dβ)² on training images: what the loss changes by without it, to first order (Molchanov et al. 2019).</summary>
    Taylor,
}

/// <summary>How much each tie of a group matters, as a share of its group's mean, so that groups can be compared.</summary>
internal static class ChannelImportance
{
    /// <summary>Judges every tie of every group; null for a group that the rule says nothing of.</summary>
    public static IReadOnlyList<double[]?> Of(
        HostNetwork network, IReadOnlyList<ChannelGroup> groups, ImportanceRule rule, CalibrationImages images, Backend<float> backend)
    {
        var scores = rule switch
        {
            ImportanceRule.BatchNormScale => Norms(
                network, (name, _) => Array.ConvertAll(network.Tensors[name + "weight"], w => Math.Abs((double)w))),
            ImportanceRule.L1 => Filters(network),
            _ => Taylor(network, images, backend),
        };
        return [.. groups.Select(group => Share(group, scores))];
    }

    private static double[]? Share(ChannelGroup group, Dictionary<int, double[]> scores)
    {
        if (!group.Ties[0].Any(member => scores.ContainsKey(member.Value))) return null;
        var each = group.Ties.Select(
            tie => tie.Where(member => scores.ContainsKey(member.Value)).Average(member => scores[member.Value][member.Channel])).ToArray();
        var mean = each.Average();
        return mean > 0 ? Array.ConvertAll(each, score => score / mean) : each;
    }

    // Scores of the values that affine batch norms compute.
    private static Dictionary<int, double[]> Norms(HostNetwork network, Func<string, int, double[]> score) =>
        network.Operations.Index().Where(pair => pair.Item is { Kind: OperationKind.BatchNorm, Affine: true })
            .ToDictionary(pair => pair.Index + 1, pair => score(pair.Item.Name, pair.Index));

    private static Dictionary<int, double[]> Filters(HostNetwork network) =>
        network.Operations.Index()
            .Where(pair => pair.Item.Kind is OperationKind.Convolution or OperationKind.FactorizedReduce).ToDictionary(
            pair => pair.Index + 1,
            pair =>
            {
                var operation = pair.Item;
                float[] weights = operation.Kind == OperationKind.Convolution
                    ? network.Tensors[operation.Name + "weight"]
                    : [.. network.Tensors[operation.Name + "conv_1.weight"], .. network.Tensors[operation.Name + "conv_2.weight"]];
                return weights.Chunk(weights.Length / operation.Channels)
                    .Select(filter => filter.Average(w => Math.Abs((double)w))).ToArray();
            });

    private static Dictionary<int, double[]> Taylor(HostNetwork network, CalibrationImages images, Backend<float> backend)
    {
        using var net = network.Build(backend);
        net.Plan(CalibrationImages.BatchSize);
        var parameters = net.Parameters.Parameters.ToDictionary(tensor => tensor.Name);
        var sums = Norms(network, (name, _) => new double[parameters[name + "weight"].Capacity.Count]);
        var pass = new Pass(Training: true);
        foreach (var (pixels, labels) in images.Batches())
        {
            net.LoadBatch(pixels, labels);
            net.Forward(pass);
            net.Backward(pass);
            foreach (var (value, sum) in sums)
            {
                var name = network.Operations[value - 1].Name;
                var (scale, shift) = (Products(name + "weight"), Products(name + "bias"));
                for (var c = 0; c < sum.Length; c++) sum[c] += (scale[c] + shift[c]) * (scale[c] + shift[c]);
            }
        }

        return sums;

        double[] Products(string name)
        {
            var tensor = parameters[name];
            var (values, diffs) = (new float[tensor.Capacity.Count], new float[tensor.Capacity.Count]);
            backend.Download<float>(tensor, values);
            backend.Download<float>(tensor.Diff!, diffs);
            return [.. values.Zip(diffs, (value, diff) => (double)value * diff)];
        }
    }
}

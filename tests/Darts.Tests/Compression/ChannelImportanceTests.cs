using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>By what channels are judged, and that those judged least go.</summary>
public class ChannelImportanceTests
{
    [Fact]
    public void The_channels_of_the_smallest_scales_go()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("DARTS_V2", backend, channels: 16);
        // The second half of the scales is the larger one: those channels stay.
        foreach (var operation in host.Operations.Where(operation => operation.Kind == OperationKind.BatchNorm))
        {
            var scale = host.Tensors[operation.Name + "weight"];
            for (var c = 0; c < scale.Length; c++) scale[c] = 1 + c;
        }

        var (small, _) = new ChannelPruning(host, ImportanceRule.BatchNormScale, 8, TestNetwork.Sample(host), backend)
            .To(new CompressionTarget(false, 0.6));
        var cut = 0;
        foreach (var operation in host.Operations.Where(operation => operation.Kind == OperationKind.BatchNorm))
        {
            var (all, left) = (host.Tensors[operation.Name + "weight"], small.Tensors[operation.Name + "weight"]);
            Assert.Equal(all[^left.Length..], left);
            if (left.Length < all.Length) cut++;
        }

        Assert.NotEqual(0, cut);
    }

    [Fact]
    public void A_filter_is_judged_by_the_mean_of_its_weights_and_a_reduction_by_both_halves_in_order()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("DARTS_V1", backend, channels: 8);
        var value = 1 + host.Operations.Index().First(pair => pair.Item.Kind == OperationKind.FactorizedReduce).Index;
        var name = host.Operations[value - 1].Name;
        Array.Fill(host.Tensors[name + "conv_1.weight"], -2);
        Array.Fill(host.Tensors[name + "conv_2.weight"], 1);
        var channels = host.Operations[value - 1].Channels;
        ChannelGroup group = new(
            [.. Enumerable.Range(0, channels).Select(channel => new[] { (value, channel) })], IsFree: true, ChannelsPerTie: 1);
        var scores = ChannelImportance.Of(host, [group], ImportanceRule.L1, TestNetwork.Sample(host), backend)[0]!;
        Assert.All(scores[..(channels / 2)], score => Assert.Equal(4.0 / 3, score, 1e-6));
        Assert.All(scores[(channels / 2)..], score => Assert.Equal(2.0 / 3, score, 1e-6));
    }

    [Fact]
    public void Taylor_scores_are_the_squares_of_what_the_loss_changes_by_along_scale_and_shift()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("resnet20", backend);
        var value = 1 + host.Operations.Index().Last(pair => pair.Item.Kind == OperationKind.BatchNorm).Index;
        var name = host.Operations[value - 1].Name;
        for (var c = 0; c < host.Tensors[name + "bias"].Length; c++) host.Tensors[name + "bias"][c] = 0.5f + 0.01f * c;
        var sample = TestNetwork.Sample(host);
        var channels = host.Tensors[name + "bias"].Length;
        ChannelGroup group = new(
            [.. Enumerable.Range(0, channels).Select(channel => new[] { (value, channel) })], IsFree: true, ChannelsPerTie: 1);
        var scores = ChannelImportance.Of(host, [group], ImportanceRule.Taylor, sample, backend)[0]!;
        using var net = host.Build(backend);
        net.Plan(CalibrationImages.BatchSize);
        var expected = new double[channels];
        foreach (var (pixels, labels) in sample.Batches())
        {
            net.LoadBatch(pixels, labels);
            net.Forward(new Pass(Training: true));
            net.Backward(new Pass(Training: true));
            var (scale, shift) = (Along("weight"), Along("bias"));
            for (var c = 0; c < channels; c++) expected[c] += Math.Pow(scale[c] + shift[c], 2);
        }

        var mean = expected.Average();
        Assert.NotEqual(0, mean);
        for (var c = 0; c < channels; c++) Assert.Equal(expected[c] / mean, scores[c], 1e-6);

        double[] Along(string vector)
        {
            var tensor = net.Parameters.Parameters.Single(parameter => parameter.Name == name + vector);
            var diff = new float[channels];
            backend.Download<float>(tensor.Diff!, diff);
            return [.. diff.Zip(host.Tensors[name + vector], (d, v) => (double)d * v)];
        }
    }
}

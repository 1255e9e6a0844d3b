using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Bilevel;

public class LeafwiseModelTests
{
    private const double Tolerance = 1e-12;
    private const int Images = 5;
    private static readonly SupernetShape Shape = new(3, 8, 8, 4, InitChannels: 2, Layers: 3, Nodes: 2, Multiplier: 2);
    private static readonly Pass Training = new(Training: true);

    [Fact]
    public void Gradients_and_statistics_are_the_means_of_those_of_leaves_that_pass_alone()
    {
        using var backend = new ReferenceBackend<double> { Leaves = new BatchLeaves(2, perLeaf: true) };
        using var small = Small(backend);
        var (net, before) = (small.Net, small.Values(small.Net.Parameters.Buffers));
        var leafwise = new LeafwiseModel<double>(net);
        var result = leafwise.Evaluate(small.Batch, Training);
        var found = Outcome(small, result);
        Assert.All(net.Parameters.Counters, counter => Assert.Equal(1, counter.Owner.BatchesTracked));

        // Of five images the first leaf has three.
        var sum = new double[found.Length];
        foreach (var (first, count) in new[] { (0, 3), (3, 2) })
        {
            backend.Upload<double>(before, net.Parameters.Buffers);
            var alone = Outcome(small, net.Evaluate(small.Batch.Leaf(first, count), Training));
            for (var i = 0; i < sum.Length; i++) sum[i] += alone[i] * count / Images;
        }

        Assert.All(found.Zip(sum), pair => Assert.Equal(pair.Second, pair.First, Tolerance));
    }

    [Fact]
    public void A_pass_without_gradients_of_the_weights_leaves_those_of_the_pass_before()
    {
        using var backend = new ReferenceBackend<double> { Leaves = new BatchLeaves(4, perLeaf: true) };
        using var small = Small(backend);
        var leafwise = new LeafwiseModel<double>(small.Net);
        leafwise.Evaluate(small.Batch, Training);
        var before = small.Values(small.Net.Parameters.Diffs);
        leafwise.Evaluate(small.Batch, Training with { WeightGradients = false });
        Assert.Equal(before, small.Values(small.Net.Parameters.Diffs));
    }

    private static SmallSupernet<double> Small(Backend<double> backend) => new(backend, Shape, CellForm.Shared, Images);

    private static double[] Outcome(SmallSupernet<double> small, BatchResult result) =>
    [
        result.Loss, .. small.Values(small.Net.Parameters.Diffs), .. small.Values(small.Net.Parameters.Buffers),
        .. small.Net.AlphaDiffs.SelectMany(diffs => diffs),
    ];
}

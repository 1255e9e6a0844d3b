using System.Globalization;
using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>Channels that are taken away take nothing else with them.</summary>
public class PruningTests
{
    // Of the second state of its normal cells a single separable block is made, and of nothing else.
    private const string OneReader =
        """
        Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 2), ('sep_conv_3x3', 0),
            ('skip_connect', 2), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=range(2, 6),
            reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0),
            ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=range(2, 6))
        """;

    public static TheoryData<string> Networks =>
        ["DARTS_V1", "DARTS_V2", "PC_DARTS_cifar", "PDARTS", "resnet20", "mobilenetv2", TestNetwork.Cell];

    /// <summary>
    /// Which of the states {0, 1} and {2, 3, 4, 5} of a cell are tied, and how many middles of its separable blocks are free, by hand from
    /// each genotype.
    /// </summary>
    [Theory]
    [InlineData("DARTS_V1", "0,3,4 1 2,5", 5, "0,1,2,3,4,5", 0)]
    [InlineData("DARTS_V2", "0,4,5 1 2 3", 5, "0,1,2,3,4,5", 0)]
    [InlineData("PC_DARTS_cifar", "0,2,5 1 3 4", 4, "0,2 1 3 4 5", 7)]
    [InlineData("PDARTS", "0,2,3 1 4 5", 4, "0,2,4 1 3 5", 2)]
    public void A_genotype_has_the_ties_of_its_skips_and_pools(string name, string normal, int normalFree, string reduce, int reduceFree)
    {
        using var backend = CpuBackend.Create(1);
        using var net = TestNetwork.Describe(name, channels: 8).Build(backend);
        var operations = OperationList.Of(net.Trace());
        var groups = new ChannelTies(operations, net.Task.Channels).Groups;
        var concats = operations.Where(operation => operation.Kind == OperationKind.Concat).ToList();
        Assert.Equal(4, concats.Count);
        for (var cell = 0; cell < 4; cell++)
        {
            int[] states = [Input(cell, 0), Input(cell, 1), .. concats[cell].Sources];
            var tied = states.Index().GroupBy(state => groups.Index().Single(group => Sees(group.Item, state.Item)).Index)
                .Select(group => string.Join(',', group.Select(state => state.Index)));
            var free = groups.Count(group => group.IsFree && !states.Any(state => Sees(group, state)) && group.Ties[0].Any(
                member => operations[member.Value - 1].Name.StartsWith($"cells.{cell}._ops.", StringComparison.Ordinal)));
            // The second and the third cell are reductions.
            Assert.Equal(cell is 1 or 2 ? (reduce, reduceFree) : (normal, normalFree), (string.Join(' ', tied), free));
        }

        int Input(int cell, int input) => 1 + operations.Index().Last(
            pair => pair.Item.Name.StartsWith($"cells.{cell}.preprocess{input}.", StringComparison.Ordinal)).Index;

        bool Sees(ChannelGroup group, int value) => group.Ties[0].Any(member => member.Value == value);
    }

    /// <summary>
    /// How many groups of a whole network are free, by hand: the middles of its blocks, and what else one layer reads.
    /// </summary>
    [Theory]
    // Five separable blocks in each of the two normal cells, none in the two reductions.
    [InlineData("DARTS_V1", 10)]
    [InlineData("DARTS_V2", 10)]
    // Four in a normal cell, seven in a reduction.
    [InlineData("PC_DARTS_cifar", 22)]
    // Four, and two.
    [InlineData("PDARTS", 12)]
    // Nine residual blocks; seventeen, and the last convolution.
    [InlineData("resnet20", 9)]
    [InlineData("mobilenetv2", 18)]
    // Residual blocks between three stages.
    [InlineData(TestNetwork.Cell, 2)]
    // Five blocks in a normal cell, and its second state.
    [InlineData(OneReader, 12)]
    public void Free_is_what_one_layer_reads_and_no_sum_or_concatenation_ties(string name, int free)
    {
        using var backend = CpuBackend.Create(1);
        using var net = TestNetwork.Describe(name, channels: 8).Build(backend);
        Assert.Equal(free, new ChannelTies(OperationList.Of(net.Trace()), net.Task.Channels).Groups.Count(group => group.IsFree));
    }

    [Fact]
    public void A_state_that_one_block_reads_is_free_and_one_that_a_pool_reads_is_not()
    {
        using var backend = CpuBackend.Create(1);
        using var net = TestNetwork.Describe(OneReader, channels: 8).Build(backend);
        var operations = OperationList.Of(net.Trace());
        var groups = new ChannelTies(operations, net.Task.Channels).Groups;
        bool IsFree(string layer) => groups.Single(
            group => group.Ties[0].Any(member => operations[member.Value - 1].Name == layer)).IsFree;
        Assert.True(IsFree("cells.0.preprocess1.op.1."));
        Assert.False(IsFree("cells.0.preprocess0.op.1."));
        Assert.False(IsFree("cells.2.preprocess1.op.1."));
    }

    [Fact]
    public void Only_the_middles_of_blocks_are_free_and_not_what_several_layers_read()
    {
        using var backend = CpuBackend.Create(1);
        using var net = TestNetwork.Describe("DARTS_V2", channels: 8).Build(backend);
        var operations = OperationList.Of(net.Trace());
        var groups = new ChannelTies(operations, net.Task.Channels).Groups;
        string[] Layers(ChannelGroup group) =>
            [.. group.Ties[0].Select(member => operations[member.Value - 1].Name).Where(name => name.Length > 0)];
        var free = groups.Where(group => group.IsFree).ToList();
        // Five separable blocks in each of the two normal cells, none in the others.
        Assert.Equal(10, free.Count);
        Assert.All(free.SelectMany(Layers), name => Assert.Contains("._ops.", name));
        foreach (var read in new[] { "stem.0.", "cells.0.preprocess1.op.1." })
            Assert.Contains(groups, group => !group.IsFree && Layers(group).Contains(read));
    }

    [Theory]
    [InlineData("DARTS_V1", 8)]
    [InlineData("DARTS_V1", 3)]
    [InlineData("DARTS_V2", 6)]
    [InlineData("PC_DARTS_cifar", 5)]
    public void Every_width_that_falls_stays_a_multiple(string name, int multiple)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 16);
        var sample = TestNetwork.Sample(host);
        // As far as it goes: what is said of a target that is too small.
        var told = Assert.Throws<OptionsException>(() => Prune(0.001)).Message;
        var least = double.Parse(Regex.Match(told, @"cost (\d\.\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        var small = Prune(least + 0.01);
        var (before, after) = (Widths(host), Widths(small));
        Assert.All(before.Zip(after), pair => Assert.True(
            pair.First == pair.Second || (pair.Second % multiple == 0 && pair.Second >= multiple), $"{pair.First} became {pair.Second}"));
        Assert.NotEqual(before, after);

        // A concatenation is as wide as its parts together, of which some may be as they were.
        IEnumerable<int> Widths(HostNetwork network) => network.Operations
            .Where(operation => operation.Kind is OperationKind.Convolution or OperationKind.FactorizedReduce).Select(o => o.Channels);

        HostNetwork Prune(double share) =>
            new ChannelPruning(host, ImportanceRule.L1, multiple, sample, backend).To(new CompressionTarget(false, share)).Network;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_pruned_network_gives_bit_for_bit_what_it_gives_with_those_channels_at_zero(string name)
    {
        using var backend = new ReferenceBackend<float>();
        var (whole, removal, images) = Prepare(name);
        Assert.Equal(Values(whole, backend, images)[^1], Values(removal.Apply(), backend, images)[^1]);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_layer_of_the_pruned_network_agrees_on_the_fast_backend(string name)
    {
        using var backend = CpuBackend.Create(2);
        var (whole, removal, images) = Prepare(name);
        var (expected, actual) = (Values(whole, backend, images), Values(removal.Apply(), backend, images));
        for (var value = 0; value < expected.Length; value++)
        {
            var (kept, all) = (removal.Kept(value), OperationList.Channels(whole.Operations, 3)[value]);
            var pixels = expected[value].Length / all / 2;
            var largest = expected[value].Max(Math.Abs);
            for (var n = 0; n < 2; n++)
                for (var c = 0; c < kept.Length; c++)
                    for (var p = 0; p < pixels; p++)
                        Assert.Equal(expected[value][(n * all + kept[c]) * pixels + p], actual[value][(n * kept.Length + c) * pixels + p],
                            1e-5 * largest + 1e-30);
        }
    }

    [Theory]
    [InlineData("DARTS_V2", 0.5, 16)]
    [InlineData("PC_DARTS_cifar", 0.6, 16)]
    [InlineData("resnet20", 0.5, 16)]
    [InlineData("mobilenetv2", 0.5, 16)]
    public void A_target_is_met_with_widths_of_eight_by_every_rule(string name, double share, int channels)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels);
        foreach (var rule in Enum.GetValues<ImportanceRule>())
        {
            foreach (var target in new[] { new CompressionTarget(false, share), new CompressionTarget(true, share) })
            {
                var (small, groups) = new ChannelPruning(host, rule, 8, TestNetwork.Sample(host), backend).To(target);
                // What pruning counts is what the built network counts.
                Assert.InRange(target.Of(small.Size), 1, target.Budget(host.Size));
                Assert.All(groups.Where(group => group.After < group.Before), group => Assert.Equal(0, group.After % 8));
                Assert.True(groups.All(group => group.After >= Math.Min(group.Before, 8)));
                // Tied layers are touched only where no block has anything left to give.
                if (groups.Any(group => !group.IsFree && group.After < group.Before))
                    Assert.All(groups.Where(group => group.IsFree), group => Assert.Equal(Math.Min(group.Before, 8), group.After));
            }
        }
    }

    [Fact]
    public void An_impossible_target_is_refused_and_the_least_important_channels_go()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("DARTS_V2", backend, channels: 16);
        Assert.Contains("cannot be met", Assert.Throws<OptionsException>(
            () => new ChannelPruning(host, ImportanceRule.BatchNormScale, 8, TestNetwork.Sample(host), backend)
                .To(new CompressionTarget(false, 0.01))).Message);
        // In every group the second half of the scales is the larger one: those channels stay.
        foreach (var operation in host.Operations.Where(operation => operation.Kind == OperationKind.BatchNorm))
        {
            var scale = host.Tensors[operation.Name + "weight"];
            for (var c = 0; c < scale.Length; c++) scale[c] = 1 + c;
        }

        var (small, _) = new ChannelPruning(host, ImportanceRule.BatchNormScale, 8, TestNetwork.Sample(host), backend)
            .To(new CompressionTarget(false, 0.9));
        foreach (var (before, after) in host.Operations.Zip(small.Operations).Where(pair => pair.First.Kind == OperationKind.BatchNorm))
        {
            if (!before.Name.Contains("op.3.", StringComparison.Ordinal)) continue;
            var (all, left) = (host.Tensors[before.Name + "weight"], small.Tensors[after.Name + "weight"]);
            Assert.Equal(all[^left.Length..], left);
        }
    }

    private static (HostNetwork Whole, ChannelRemoval Removal, float[] Images) Prepare(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        var random = new CounterRandom(2, RandomStream.Augmentation);
        var removed = new HashSet<(int Value, int Channel)>();
        foreach (var group in new ChannelTies(host.Operations, 3).Groups)
            foreach (var tie in group.Ties.Skip(1))
                if (random.NextSingle() < 0.4f) removed.UnionWith(tie);
        Assert.NotEmpty(removed);
        // A batch norm without scale and shift gives zero, and so does a filter of zeros.
        foreach (var (i, operation) in host.Operations.Index())
        {
            foreach (var channel in removed.Where(member => member.Value == i + 1).Select(member => member.Channel))
            {
                if (operation.Kind == OperationKind.Convolution)
                {
                    var weights = host.Tensors[operation.Name + "weight"];
                    var filter = weights.Length / operation.Channels;
                    weights.AsSpan(channel * filter, filter).Clear();
                }

                if (operation.Kind != OperationKind.BatchNorm) continue;
                (host.Tensors[operation.Name + "weight"][channel], host.Tensors[operation.Name + "bias"][channel]) = (0, 0);
            }
        }

        return (host, new ChannelRemoval(host, removed), TestNetwork.Images(host.Origin.Task, 2));
    }

    private static float[][] Values(HostNetwork host, Backend<float> backend, float[] images)
    {
        using var net = host.Build(backend);
        net.Plan(2);
        net.LoadBatch(images, new int[2]);
        net.Forward(Pass.Inference);
        return [.. net.Values.Select(value =>
        {
            var values = new float[value.Shape.Count];
            backend.ReadImages(value, values);
            return values;
        })];
    }

}

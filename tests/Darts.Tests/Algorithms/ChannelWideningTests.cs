using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Algorithms;

public class ChannelWideningTests
{
    private static SearchOptions TwoStages(int secondParts) =>
        (SmallSearch.Options with { Algorithm = "dr-nas", InitChannels = 12, PartialChannels = 6 })
        .With(new DrNasOptions { SecondStageEpoch = 1, SecondStagePartialChannels = secondParts, SecondStageOperations = 4 });

    [Fact]
    public void The_second_stage_copies_channels_and_momentum_and_keeps_what_is_as_wide_as_before()
    {
        var options = TwoStages(secondParts: 4);
        using var backend = CpuBackend.Create(1);
        var (train, valid) = SmallSearch.Images();
        using var state = new SearchState(options, DartsSearch.ShapeOf(train, options), backend);
        state.Initialize();
        backend.Copy(state.Net.Parameters.Values, state.Sgd.MomentumBuffer);
        var before = Tensors(state);
        state.BeginStage(1);
        var after = Tensors(state);
        backend.Copy(state.Sgd.MomentumBuffer, state.Net.Parameters.Values);
        var momentum = Tensors(state);

        Assert.Equal(before.Keys, after.Keys);
        foreach (var (name, (extent, values)) in after)
        {
            // The momentum began as the weights, so it must have gone the same way.
            Assert.Equal(values, momentum[name].Values);
            var (old, oldValues) = before[name];
            if (extent == old) Assert.Equal(oldValues, values);
            else AssertCopies(name, old, oldValues, extent, values);
        }

        var edge = state.Net.MixedOps.First();
        Assert.Equal(3, ((SepConv<float>)edge.Operations[3]).Blocks[0].Depthwise.Weights.Capacity.N);
        foreach (var kind in state.Net.Architectures)
            for (var row = 0; row < kind.Edges; row++)
                Assert.Equal(4, Enumerable.Range(0, 7).Count(k => kind.Relaxation.IsAlive(row * 7 + k)));
    }

    [Fact]
    public void What_a_pointwise_filter_reads_is_the_copy_of_what_the_depthwise_one_before_it_writes()
    {
        var options = TwoStages(secondParts: 2);
        using var backend = CpuBackend.Create(1);
        var (train, _) = SmallSearch.Images();
        using var state = new SearchState(options, DartsSearch.ShapeOf(train, options), backend);
        state.Initialize();
        state.BeginStage(1);
        foreach (var block in state.Net.MixedOps.SelectMany(m => m.Operations).OfType<SeparableBlock<float>>())
        {
            var (depthwise, pointwise) = (Values(state, block.Depthwise.Weights), Values(state, block.Pointwise.Weights));
            var (channels, kernel) = (block.Depthwise.Weights.Capacity.N, block.Depthwise.Weights.Capacity.Pixels);
            for (var a = 0; a < channels; a++)
                for (var b = 0; b < a; b++)
                {
                    var same = depthwise.AsSpan(a * kernel, kernel).SequenceEqual(depthwise.AsSpan(b * kernel, kernel));
                    for (var o = 0; o < channels; o++) Assert.Equal(same, pointwise[o * channels + a] == pointwise[o * channels + b]);
                }
        }
    }

    // Every channel of the wider tensor is one of the old ones, and the old ones come first and in place.
    private static void AssertCopies(string name, Shape old, float[] oldValues, Shape extent, float[] values)
    {
        var known = oldValues.ToHashSet();
        Assert.All(values, v => Assert.Contains(v, known));
        for (var o = 0; o < old.N; o++)
            for (var i = 0; i < old.C; i++)
                for (var p = 0; p < old.Pixels; p++)
                    Assert.True(values[(o * extent.C + i) * old.Pixels + p] == oldValues[(o * old.C + i) * old.Pixels + p], name);
    }

    private static Dictionary<string, (Shape Extent, float[] Values)> Tensors(SearchState state) =>
        state.Net.Parameters.Parameters.ToDictionary(t => t.Name, t => (t.Capacity, Values(state, t)));

    private static float[] Values(SearchState state, Tensor<float> tensor)
    {
        var values = new float[tensor.Capacity.Count];
        state.Net.Backend.Download<float>(tensor, values);
        return values;
    }
}

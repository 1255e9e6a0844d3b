using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Machine;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Forecasts;

public sealed partial class MemoryForecastTests
{
    private static readonly MemoryLimit Heap = new("the heap", long.MaxValue);

    [Fact]
    public void The_need_is_what_a_real_search_allocates()
    {
        foreach (var backend in new Backend<float>[] { CpuBackend.Create(1), new ReferenceBackend<float>() })
        {
            foreach (var algorithm in SearchAlgorithm.All.Where(a => a.Trains))
            {
                var options = algorithm.WithEpochs(SearchPresets.Size("demo", algorithm), 1) with
                {
                    Layers = 3,
                    BatchSize = 4,
                    Nodes = 2,
                    Multiplier = 2,
                    WarmupEpochs = 0,
                };
                Assert.Single(algorithm.StageStarts(options));
                var shape = ShapeOf(options) with { Height = 8, Width = 8 };
                var need = SearchMemory.Need(options, shape, backend)!;
                using var state = new SearchState(options, shape, backend);
                Assert.Equal(state.Net.ActivationBytes, need.Activations);
                // Beside the flat buffers there are mixing weights and a backend's workspaces.
                Assert.InRange(need.Parameters, state.Net.Parameters.Bytes, state.Net.Parameters.Bytes + (4 << 20));
            }

            backend.Dispose();
        }
    }

    [Fact]
    public void The_need_of_a_second_stage_counts_both_networks()
    {
        using var backend = CpuBackend.Create(1);
        var options = SearchPresets.Size("demo", new DrNasAlgorithm()) with { Layers = 3, BatchSize = 4 };
        var oneStage = options.With(options.Own<DrNasOptions>() with { SecondStageEpoch = 0 });
        var (one, two) = (SearchMemory.Need(oneStage, ShapeOf(options), backend)!, SearchMemory.Need(options, ShapeOf(options), backend)!);
        Assert.True(two.Activations > one.Activations);
        Assert.True(two.Parameters > 2 * one.Parameters);
    }

    [Fact]
    public void A_refusal_names_need_limit_and_settings_that_fit()
    {
        using var backend = CpuBackend.Create(1);
        var options = new SearchOptions { Layers = 5, BatchSize = 64 };
        var room = new MemoryRoom(new MemoryLimit("memory.max of the container is 400 MiB, /sys/fs/cgroup", 350L << 20), Heap);
        var message = Assert.Throws<PlanDoesNotFitException>(() =>
            SearchMemory.Require(options, ShapeOf(options), backend, room: room)).Message;
        Assert.Contains("the search needs ", message);
        Assert.Contains("but may take 350 MiB (memory.max of the container is 400 MiB, /sys/fs/cgroup)", message);
        var settings = Setting().Matches(message);
        Assert.Equal(3, settings.Count);
        foreach (Match setting in settings)
        {
            var fits = With(options, setting);
            Assert.NotEqual(options, fits);
            SearchMemory.Require(fits, ShapeOf(fits), backend, room: room);
        }
    }

    [Fact]
    public void Ranks_need_the_memory_of_their_shares_on_each_machine()
    {
        using var backend = CpuBackend.Create(1);
        var options = new SearchOptions { Layers = 5, BatchSize = 64 };
        var whole = SearchMemory.Need(options, ShapeOf(options), backend)!;
        backend.Leaves = options.Cut(new Ranks(0, Size: 4, [0, 2]));
        var share = SearchMemory.Need(options, ShapeOf(options), backend)!;
        Assert.InRange(share.Activations, whole.Activations / 5, whole.Activations / 3);
        // Each is a process, and has a heap for itself.
        var heap = new MemoryLimit("the heap", share.Managed);
        var alone = new MemoryLimit("ulimit -v", share.Total);
        var room = new MemoryRoom(new MemoryLimit("the machine", 2 * share.Total), heap, alone);
        SearchMemory.Require(options, ShapeOf(options), backend, room: room);
        room = new MemoryRoom(new MemoryLimit("the machine", 2 * share.Total - 1), heap, alone);
        var message = Assert.Throws<PlanDoesNotFitException>(() =>
            SearchMemory.Require(options, ShapeOf(options), backend, room: room)).Message;
        Assert.Contains("the search by 2 ranks on this machine (fewer of them need less) needs ", message);
        // Each rank's share of the batch has its leaves.
        Assert.Contains("batch_size 56", message);
    }

    [Fact]
    public void All_ranks_of_a_machine_ask_for_the_same_memory_where_their_shares_differ()
    {
        var options = new SearchOptions { Layers = 5, BatchSize = 64 };
        using var alone = CpuBackend.Create(1);
        var whole = SearchMemory.Need(options, ShapeOf(options), alone)!;
        // A quarter of the leaves, a quarter, and a half.
        var needs = Enumerable.Range(0, 3).Select(rank =>
        {
            using var backend = CpuBackend.Create(1);
            backend.Leaves = options.Cut(new Ranks(rank, Size: 3, [0, 1, 2]));
            var own = SearchMemory.Need(options, ShapeOf(options), backend)!;
            var all = MemoryNeed.OfMachine(
                backend.Leaves, leaves => SearchMemory.Need(options, ShapeOf(options), backend, leaves: leaves))!;
            var room = new MemoryRoom(new MemoryLimit("the machine", all.Total), Heap, new MemoryLimit("ulimit -v", all.Largest.Total - 1));
            Assert.Contains(" in one of them, but may take ", Assert.Throws<PlanDoesNotFitException>(() =>
                SearchMemory.Require(options, ShapeOf(options), backend, room: room)).Message);
            return (Own: own, All: all);
        }).ToList();
        Assert.All(needs, need => Assert.Equal(
            (needs.Sum(n => n.Own.Activations), needs.Sum(n => n.Own.Total)), (need.All.Activations, need.All.Total)));
        Assert.All(needs, need => Assert.Equal(needs[2].Own, need.All.Largest));
        // As one batch: not three times the smallest share, nor three times the largest.
        Assert.InRange(needs[0].All.Activations, whole.Activations * 7 / 8, whole.Activations * 5 / 4);
    }

    // One of several ranks that never exchange anything.
    private sealed record Ranks(int Rank, int Size, IReadOnlyList<int> OnMachine) : ILeafExchange
    {
        public void Gather(Span<double> all) => throw new NotSupportedException();

        public void Sum(Span<float> values) => throw new NotSupportedException();

        public void RequireSame(string what, string own) => throw new NotSupportedException();

        public void Agree(Action work) => work();
    }

    [Fact]
    public void Settings_that_fit_are_allowed_where_the_parts_of_a_second_stage_divide_them_and_there_is_none()
    {
        using var backend = CpuBackend.Create(1);
        var paper = new DrNasAlgorithm().Paper with { Layers = 5, BatchSize = 16, InitChannels = 12, PartialChannels = 1 };
        var options = paper.With(paper.Own<DrNasOptions>() with { SecondStageEpoch = 0 });
        var need = SearchMemory.Need(options, ShapeOf(options), backend)!;
        // So that 12 channels are too many and 11, no multiple of the four parts, are few enough.
        var room = new MemoryRoom(new MemoryLimit("the machine", need.Total - 1), Heap);
        var message = Assert.Throws<PlanDoesNotFitException>(() =>
            SearchMemory.Require(options, ShapeOf(options), backend, room: room)).Message;
        Assert.Contains("init_channels 11", message);
        foreach (Match setting in Setting().Matches(message)) Assert.Empty(With(options, setting).Validate());
    }

    private static SearchOptions With(SearchOptions options, Match setting) => SearchOptions.Table.Apply(
        options,
        [
            .. setting.Value.Split(" with ").Select(word => word.Split(' '))
                .Select(pair => new KeyValuePair<string, string>(pair[0], pair[1])),
        ]);

    [Fact]
    public void Supernets_side_by_side_need_what_they_take_each()
    {
        using var backend = CpuBackend.Create(1);
        var options = SearchPresets.Get("demo");
        var small = options with { BatchSize = 4 };
        using (var supernet = new PathSupernet(small, ShapeOf(small), backend))
        {
            // With the momentum of its training.
            _ = new PathTraining(supernet, small);
            Assert.InRange(
                PathSupernet.Need(small, ShapeOf(small), backend, jobs: 1)!.Parameters, supernet.Parameters.Bytes,
                supernet.Parameters.Bytes + (4 << 20));
        }

        var need = PathSupernet.Need(options, ShapeOf(options), backend, jobs: 1)!;
        var room = new MemoryRoom(new MemoryLimit("the machine", 2 * need.Total), Heap);
        SearchMemory.RequirePaths(options, ShapeOf(options), backend, jobs: 2, room);
        var message = Assert.Throws<PlanDoesNotFitException>(() =>
            SearchMemory.RequirePaths(options, ShapeOf(options), backend, jobs: 4, room)).Message;
        Assert.Contains("the supernet for 4 evaluations side by side (fewer --jobs need less) needs ", message);
        Assert.Contains("What would fit: batch_size ", message);
    }

    [Fact]
    public void Searches_side_by_side_need_as_much_more()
    {
        using var backend = CpuBackend.Create(1);
        var options = SearchPresets.Get("demo");
        var need = SearchMemory.Need(options, ShapeOf(options), backend)!;
        var room = new MemoryRoom(new MemoryLimit("the machine", 2 * need.Total), Heap);
        SearchMemory.Require(options, ShapeOf(options), backend, room: room);
        SearchMemory.Require(options, ShapeOf(options), backend, jobs: 2, room);
        Assert.Contains("3 seeds side by side", Assert.Throws<PlanDoesNotFitException>(() =>
            SearchMemory.Require(options, ShapeOf(options), backend, jobs: 3, room)).Message);
    }

    [Fact]
    public void A_heap_that_is_too_small_for_a_checkpoint_is_told_as_such()
    {
        using var backend = CpuBackend.Create(1);
        var options = SearchPresets.Get("demo");
        var room = new MemoryRoom(null, new MemoryLimit("the managed heap may have 1 MiB", 1 << 20));
        Assert.Contains("may take 1 MiB (the managed heap may have 1 MiB)",
            Assert.Throws<PlanDoesNotFitException>(() => SearchMemory.Require(options, ShapeOf(options), backend, room: room)).Message);
    }

    [Fact]
    public void Where_nothing_fits_that_is_said()
    {
        using var backend = CpuBackend.Create(1);
        var options = SearchPresets.Get("demo");
        var room = new MemoryRoom(new MemoryLimit("the machine", 1), Heap);
        Assert.EndsWith("Nothing smaller fits either: free some memory",
            Assert.Throws<PlanDoesNotFitException>(() => SearchMemory.Require(options, ShapeOf(options), backend, room: room)).Message);
    }

    [Fact]
    public void More_parameters_than_one_buffer_can_number_are_refused_before_anything_is_allocated()
    {
        using var backend = CpuBackend.Create(1);
        var options = new SearchOptions { InitChannels = 512, Layers = 20, BatchSize = 1000 };
        var room = new MemoryRoom(new MemoryLimit("the machine", 8L << 30), Heap);
        var message = Assert.Throws<PlanDoesNotFitException>(() =>
            SearchMemory.Require(options, ShapeOf(options), backend, room: room)).Message;
        Assert.StartsWith("3566010890 parameters are more than a network may have, 2147483647;", message);
        Assert.Contains("What would fit: ", message);
        // Without a look at the memory first, the network itself refuses.
        Assert.StartsWith("3566010890 parameters", Assert.Throws<PlanDoesNotFitException>(() =>
            new Supernet<float>(backend, ShapeOf(options))).Message);
    }

    [Fact]
    public void Where_nothing_is_computed_here_no_memory_is_asked_for()
    {
        using var backend = CpuBackend.Create(1);
        var options = new SearchOptions { Algorithm = "random" };
        SearchMemory.Require(options, ShapeOf(options), backend, room: new MemoryRoom(new MemoryLimit("the machine", 0), Heap));
    }

    private static SupernetShape ShapeOf(SearchOptions o) =>
        new(1, 28, 28, 10, o.InitChannels, o.Layers, o.Nodes, o.Multiplier, o.StemMultiplier);

    [GeneratedRegex("(batch_size|init_channels|layers) [0-9]+( with [a-z_]+ [0-9]+)*")]
    private static partial Regex Setting();
}

using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Tables are measured part by part, go on where they were stopped, and check themselves.</summary>
public class TableProfileTests
{
    private static readonly TargetNetwork Network = new(new EvaluationShape(new ImageTask(1, 8, 8, 2), 2, 4, Auxiliary: false));

    private static CancellationToken Never => CancellationToken.None;

    [Fact]
    public void A_table_has_what_every_genotype_of_the_space_needs()
    {
        var table = Profile(new Clock()).Complete(Empty(), _ => { }, _ => { }, Never);
        var cost = new TableCost(table, "table");
        for (var index = 0; index < 50; index++)
            Assert.True(Network.Parts(RandomGenotypes.Draw(3, index)).Sum(cost.Of) > 0);
        Assert.True(new ArchitectureCosts(cost, Network, CellSpace.Darts.Candidates, CellTopology.Darts).Least > 0);
    }

    [Fact]
    public void A_machine_whose_parts_add_up_has_rho_one_and_ratio_one()
    {
        var table = Profile(new Clock()).Complete(Empty(), _ => { }, _ => { }, Never);
        Assert.Equal(TableProfile.CheckedGenotypes, table.Check!.Genotypes);
        Assert.Equal(1, table.Check.Rho, 6);
        Assert.Equal(1, table.Check.Ratio, 6);
        Assert.Equal(0, table.Drift!.Value, 9);
        Assert.Equal(2.0 * 64, table.Entries["preprocess 6-2 8x8 s1"].Median, 6);
    }

    [Fact]
    public void A_machine_that_is_half_as_fast_on_whole_networks_has_ratio_two()
    {
        var table = Profile(new Clock { WholeFactor = 2 }).Complete(Empty(), _ => { }, _ => { }, Never);
        Assert.Equal(2, table.Check!.Ratio, 6);
        Assert.Equal(1, table.Check.Rho, 6);
    }

    [Fact]
    public void A_drift_of_the_device_is_seen()
    {
        var clock = new Clock();
        var profile = Profile(clock);
        var parts = profile.Parts().Count;
        var table = profile.Complete(Empty(), _ => { }, step => clock.Slowness = step.Done >= parts ? 1.5 : 1, Never);
        Assert.Equal(0.5, table.Drift!.Value, 6);
    }

    [Fact]
    public void What_cannot_drift_is_not_measured_again()
    {
        var steps = new List<ProfileStep>();
        var profile = new TableProfile(new Machine(new Clock()), new Once { Drifts = false }, Network, CellSpace.Darts);
        var table = profile.Complete(Empty(), _ => { }, steps.Add, Never);
        Assert.Null(table.Drift);
        Assert.NotNull(table.Check);
        Assert.DoesNotContain(steps, step => step.Name.EndsWith("again", StringComparison.Ordinal));
        Assert.Equal((steps.Count, steps.Count), (steps[^1].Done, steps[^1].All));
    }

    [Theory]
    [InlineData(NetworkPart.Stem, 0)]
    [InlineData(NetworkPart.Stem0, 1)]
    [InlineData(NetworkPart.Stem1, 1)]
    public void A_stem_computes_no_gradient_of_its_images(string stem, int gradientsOfSources)
    {
        using var backend = new Watched();
        using var run = new PartRun(backend, new NetworkPart(stem, 4, 4, 8, 8, stem == NetworkPart.Stem ? 1 : 2), 2, training: true);
        run.Run();
        Assert.Equal(gradientsOfSources, backend.GradientsOfSources);
    }

    [Fact]
    public void Stopped_after_any_part_it_goes_on_with_what_was_written()
    {
        var whole = Profile(new Clock()).Complete(Empty(), _ => { }, _ => { }, Never);
        for (var stop = 1; stop < whole.Entries.Count; stop += 7)
        {
            using var cancellation = new CancellationTokenSource();
            var written = Empty();
            Assert.Throws<OperationCanceledException>(() => Profile(new Clock()).Complete(
                written, table => written = table,
                step =>
                {
                    if (step.Done == stop) cancellation.Cancel();
                }, cancellation.Token));
            Assert.Equal(stop, written.Entries.Count);
            var measured = new List<string>();
            var resumed = Profile(new Clock()).Complete(written, _ => { }, step => measured.Add(step.Name), Never);
            Assert.Equal(whole.Entries, resumed.Entries);
            Assert.DoesNotContain(measured, written.Entries.ContainsKey);
        }

        Assert.Same(whole, Profile(new Clock()).Complete(whole, _ => throw new InvalidOperationException(), _ => { }, Never));
    }

    [Fact]
    public void A_table_that_is_extended_to_a_second_network_loses_the_check_of_the_first()
    {
        var first = Profile(new Clock()).Complete(Empty(), _ => { }, _ => { }, Never);
        var wider = Network with { Shape = Network.Shape with { InitChannels = 4 } };
        var clock = new Clock();
        var written = new List<CostTable>();
        var both = new TableProfile(new Machine(clock), new CostTimer(clock), wider, CellSpace.Darts)
            .Complete(first, written.Add, _ => { }, Never);
        Assert.All(written.SkipLast(1), table => Assert.Null(table.Check));
        Assert.All(written.SkipLast(1), table => Assert.Null(table.Drift));
        Assert.NotNull(both.Check);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_part_of_any_network_runs_on_a_backend(bool training)
    {
        using var profiler = new BackendProfiler(CpuBackend.Create(1), 2, training);
        var imageNet = Network with { Shape = Network.Shape with { Task = new(3, 32, 32, 3), Stem = StemForm.ImageNet } };
        foreach (var network in new[] { Network, imageNet })
        {
            var profile = new TableProfile(profiler, new Once(), network, CellSpace.Darts);
            var table = profile.Complete(Empty(), _ => { }, _ => { }, Never);
            Assert.All(table.Entries.Values, entry => Assert.Equal(1, entry.Count));
        }
    }

    [Fact]
    public void Timing_waits_until_medians_agree()
    {
        // Ten times slower at first, as before code is compiled.
        var clock = new Clock();
        var runs = 0;
        using var run = new Run(() => clock.Milliseconds += runs++ < 12 ? 10 : 1);
        var entry = new CostTimer(clock).Measure(run, together: 1);
        Assert.Equal(1, entry.Median, 9);
        Assert.Equal(0, entry.Spread, 9);
        Assert.Equal(100, entry.Count);
        Assert.Equal(25 + 100, runs);
    }

    [Fact]
    public void Runs_that_are_timed_together_are_divided()
    {
        var clock = new Clock();
        using var run = new Run(() => clock.Milliseconds += 3);
        Assert.Equal(3, new CostTimer(clock).Measure(run, together: 10).Median, 9);
    }

    private static TableProfile Profile(Clock clock) => new(new Machine(clock), new CostTimer(clock), Network, CellSpace.Darts);

    private static CostTable Empty() => new()
    {
        Name = "machine-b1-inference",
        Kind = "latency",
        Unit = "ms",
        Batch = 1,
        Mode = "inference",
        Source = "measured",
        Device = new TableDevice("machine", "none", 1, ""),
        Entries = new Dictionary<string, CostEntry>(),
    };

    /// <summary>A clock that only work moves.</summary>
    private sealed class Clock : TimeProvider
    {
        public double Milliseconds { get; set; }

        public double Slowness { get; set; } = 1;

        public double WholeFactor { get; init; } = 1;

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => (long)Math.Round(Milliseconds * 1_000_000);
    }

    /// <summary>Takes a millisecond for each pixel of a channel of the destination.</summary>
    private sealed class Machine(Clock clock) : IProfiler
    {
        public TableDevice Device => new("machine", "none", 1, "");

        public int RunsTogether => 1;

        public IPreparedRun? Prepare(NetworkPart part) => part.IsIdentity ? null : new Run(() => clock.Milliseconds += Time(part));

        public IPreparedRun Prepare(ITargetNetwork network, Genotype genotype)
        {
            var sum = network.Parts(genotype).Where(part => !part.IsIdentity).Sum(Time);
            return new Run(() => clock.Milliseconds += clock.WholeFactor * sum);
        }

        public void Dispose()
        {
        }

        private double Time(NetworkPart part) =>
            clock.Slowness * part.Outputs * part.OutputSize.Height * part.OutputSize.Width * (part.Name.Length > 12 ? 3 : 1);
    }

    private sealed class Run(Action run) : IPreparedRun
    {
        void IPreparedRun.Run() => run();

        public void Finish()
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Runs once, so that every part is seen to run.</summary>
    private sealed class Once : CostMeter
    {
        public bool Drifts { get; init; } = true;

        public override string Kind => "latency";

        public override string Unit => "ms";

        public override bool SeesDrift => Drifts;

        public override CostEntry Measure(IPreparedRun run, int together)
        {
            run.Run();
            run.Finish();
            return new CostEntry(1, 0, 1);
        }
    }

    /// <summary>Counts gradients of convolutions' sources.</summary>
    private sealed class Watched : ReferenceBackend<float>
    {
        public int GradientsOfSources { get; private set; }

        public override void ConvolutionBackwardData(
            Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, int groups, bool accumulate)
        {
            GradientsOfSources++;
            base.ConvolutionBackwardData(diffDst, weights, diffSrc, window, groups, accumulate);
        }
    }
}

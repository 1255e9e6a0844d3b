using System.Text.Json;
using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Darts.Benchmarks.Networks;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Tests.Benchmarks;

public class BenchmarkSuiteTests
{
    private static readonly StepConfiguration Tiny = new("tiny", new SupernetShape(3, 8, 8, 10, 4, 3), 2);

    [Fact]
    public void Decoding_is_timed_at_least_a_few_times_by_each_number_of_workers()
    {
        foreach (var workers in new[] { 1, 2 })
        {
            var decoding = DecodingBenchmark.Measure(workers, seconds: 0.001);
            Assert.Contains($"{workers} worker", decoding.Pass, StringComparison.Ordinal);
            Assert.True(decoding.Seconds.Count >= 5);
            Assert.All(decoding.Seconds, seconds => Assert.True(seconds > 0));
        }
    }

    [Fact]
    public void Steps_are_timed_with_their_rates_memory_and_cores()
    {
        using var backend = BackendChoice.Create("cpu", 1);
        var steps = new BenchmarkSuite(backend, 1).Steps(1, [Tiny]).ToList();
        Assert.Equal(["weight step", "alpha step, 1st order", "alpha step, 2nd order"], steps.Select(s => s.Pass));
        Assert.All(steps, s =>
        {
            Assert.True(s.Minimum > 0 && s.Minimum <= s.Median);
            Assert.Equal(s.Flops / s.Median!.Value, s.Gigaflops!.Value * 1e9, 1);
            Assert.Equal(2 / s.Median.Value, s.ImagesPerSecond!.Value, 1e-6);
            Assert.Equal(s.Seconds.Count, s.Cores.Count);
            Assert.All(s.Cores, share => Assert.InRange(share, 0.001, 1));
            Assert.True(s.PlannedBytes > 0 && s.PeakBytes > s.PlannedBytes);
        });
        Assert.True(steps[2].PlannedBytes > steps[0].PlannedBytes);
        // Rows of the two forms differ in more than their times.
        Assert.All(steps, s => Assert.Equal("shared", s.Form));
        var textbook = new BenchmarkSuite(backend, 1).Steps(0, [Tiny with { Form = CellForm.Textbook }]).ToList();
        Assert.All(textbook, s => Assert.Equal("textbook", s.Form));
    }

    [Fact]
    public void A_discrete_network_is_timed_in_training_and_in_inference()
    {
        using var backend = BackendChoice.Create("cpu", 1);
        NetworkCase[] cases =
        [
            NetworkCase.Training(backend) with { Batch = 2, Prepare = () => new TrainingRun(backend, 2) },
            NetworkCase.Inference(new BackendProfiler(backend, 1, training: false), 1),
        ];
        var networks = new BenchmarkSuite(backend, 1).Networks(0.1, cases).ToList();
        Assert.Equal([("cpu", "training step", 2), ("cpu", "inference", 1)], networks.Select(m => (m.Name, m.Pass, m.Batch)));
        Assert.All(networks, m =>
        {
            Assert.True(m.Minimum > 0 && m.Minimum <= m.Median && m.PeakBytes > 0);
            Assert.Equal(m.Seconds.Count, m.Cores.Count);
        });
        // Backward counts as two forward passes.
        Assert.Equal(networks[1].Flops * 3 * NetworkCase.TrainingBatch, cases[0].Flops);
        Assert.Equal(528.36e6, networks[1].Flops / 2, 0.01e6);
    }

    [Fact]
    public void A_training_step_of_the_benchmark_learns_its_batch()
    {
        using var backend = BackendChoice.Create("cpu", 1);
        using var run = new TrainingRun(backend, 4);
        var first = run.Step().Loss;
        double last = first;
        for (var i = 0; i < 5; i++) last = run.Step().Loss;
        Assert.True(last < first, $"{last} after {first}");
    }

    [Fact]
    public void What_does_not_fit_is_forecast_instead()
    {
        using var backend = BackendChoice.Create("cpu", 1);
        var suite = new BenchmarkSuite(backend, 1);
        Measurement[] all = [.. suite.Steps(0, [Tiny]), .. suite.Layers(0, [8])];
        Assert.Equal(3 + 2 * Catalogue.Layers.Count, all.Length);
        Assert.All(all, m => Assert.Null(m.Median));
        Assert.True(all[2].ExpectedSeconds > all[0].ExpectedSeconds && all[0].ExpectedSeconds > 0);
    }

    [Fact]
    public void A_device_of_its_own_has_no_roofline_of_the_processor()
    {
        using var backend = BackendChoice.Create("cpu", 1);
        var suite = new BenchmarkSuite(backend, threads: 0);
        var step = suite.Steps(1, [Tiny]).First();
        Assert.Null(suite.Limits);
        Assert.Equal((null, null, false), (step.RooflinePercent, step.CoreShare, step.IsDisturbed));
    }

    [Fact]
    public void Report_keeps_every_repetition_as_json_and_one_line_for_each_measurement_as_csv()
    {
        using var backend = BackendChoice.Create("cpu", 1);
        var m = new Measurement
        {
            Name = "x",
            Pass = "weight step",
            Channels = 4,
            Batch = 8,
            Size = 16,
            Flops = 4e9,
            Bytes = 2e9,
            Seconds = [4, 1, 2],
            Cores = [1, 0.5, 1],
            Dispatch = [0.5, 1, 0.75],
            LeastSeconds = 0.5,
        };
        var report = new BenchmarkReport
        {
            Environment = RunEnvironment.Current(backend, threads: 0),
            Layers = [m],
            Steps = [m, m with { Seconds = [], Cores = [], Dispatch = [] }]
        };
        var lines = report.ToCsv().TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal("layer,x,weight step,4,8,16,3,2,1,4E+09,2,1,25,4,1,0,0,0,0.75,,measured", lines[1]);
        Assert.All(lines, line => Assert.Equal(lines[0].Split(',').Length, line.Split(',').Length));
        var step = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("steps")[0];
        Assert.Equal([4.0, 1.0, 2.0], step.GetProperty("seconds").EnumerateArray().Select(s => s.GetDouble()));
        Assert.Equal(2, step.GetProperty("median").GetDouble());
        Assert.Equal((true, false), (m.IsShared, (m with { Dispatch = [0.5, 0.9, 0.95] }).IsShared));
    }
}

using MIOpenDarts.Darts.Benchmarks.Machine;
using MIOpenDarts.Darts.Benchmarks.Networks;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Darts.Benchmarks;

/// <summary>
/// Measures layers and whole search steps on one backend within a given time. What does not fit is forecast instead, and layers of a
/// backend far too slow for it are measured on smaller batches.
/// </summary>
internal sealed class BenchmarkSuite
{
    private const int SmallBatch = 4;
    private const double SlowBackend = 2e9;
    private const int FewestSamples = 3;
    private const int MostSamples = 25;
    private const int MostSteps = 15;
    private const int WarmUpSteps = 3;
    private const double ShortestSample = 0.5e-3;
    private readonly Backend<float> backend;
    private readonly CoreCheck? cores;
    private readonly TimeModel? model;
    private double flopsPerSecond;

    /// <summary>Measures the machine's limits and, with one small step, how fast the backend is.</summary>
    /// <param name="backend">What is measured; it stays the caller's.</param>
    /// <param name="threads">Threads that it computes with on this machine's processor; 0 for a device of its own.</param>
    /// <param name="model">Whose times are taken where the device is a modelled card; null for those of a clock.</param>
    public BenchmarkSuite(Backend<float> backend, int threads, TimeModel? model = null)
    {
        (this.backend, this.model) = (backend, model);
        if (threads > 0)
        {
            Limits = MachineLimits.Measure(threads);
            cores = new CoreCheck(Limits);
        }

        using var probe = new PreparedStep(backend, StepConfiguration.Probe, unrolled: false);
        // Twice because the first one is compiled on the way.
        var fastest = Budget.Repeat(() => probe.Run(StepKind.Weights), double.MaxValue, 2).Min();
        flopsPerSecond = StepConfiguration.Probe.Flops(StepKind.Weights) / fastest;
    }

    /// <summary>Limits of the processor, or null if the backend does not compute on it.</summary>
    public MachineLimits? Limits { get; }

    /// <summary>Measures both passes of every layer, for every number of channels, in about so many seconds.</summary>
    public IEnumerable<Measurement> Layers(double seconds, IReadOnlyList<int> channels)
    {
        var cases = channels.SelectMany(_ => Catalogue.Layers, (c, layer) => (Layer: layer, Full: Geometry.Standard(c))).ToList();
        var budget = new Budget(seconds, cases.Count);
        foreach (var (layer, full) in cases)
        {
            var g = flopsPerSecond > SlowBackend ? full : full with { Batch = SmallBatch };
            var share = budget.Take(1);
            if (budget.Left <= 0)
            {
                foreach (var pass in Passes(layer, g)) yield return Untimed(pass);
                continue;
            }

            foreach (var measured in Layer(layer, g, share)) yield return measured;
        }
    }

    /// <summary>Measures every kind of step of the configurations, in about so many seconds.</summary>
    public IEnumerable<Measurement> Steps(double seconds, IReadOnlyList<StepConfiguration> configurations)
    {
        var budget = new Budget(seconds, configurations.Sum(c => Enum.GetValues<StepKind>().Sum(c.Flops)));
        foreach (var configuration in configurations)
        {
            foreach (var unrolled in new[] { false, true })
            {
                PeakMemory.Reset();
                StepKind[] kinds = unrolled ? [StepKind.AlphasSecondOrder] : [StepKind.Weights, StepKind.AlphasFirstOrder];
                PreparedStep? prepared = null;
                try
                {
                    foreach (var kind in kinds)
                    {
                        var expected = configuration.Flops(kind) / flopsPerSecond;
                        var share = budget.Take(configuration.Flops(kind));
                        var lacksMemory = prepared is null && !Fits(configuration, unrolled);
                        if (lacksMemory || expected > budget.Left)
                        {
                            yield return Untimed(Step(configuration, kind)) with { LacksMemory = lacksMemory };
                            continue;
                        }

                        prepared ??= new PreparedStep(backend, configuration, unrolled);
                        var step = prepared;
                        yield return Timed(() => step.Run(kind), Step(configuration, kind), share) with
                        {
                            PlannedBytes = step.PlannedBytes,
                            Operations = step.Operations,
                        };
                    }
                }
                finally
                {
                    prepared?.Dispose();
                }
            }
        }
    }

    /// <summary>Measures training and inference of a discrete network, in about so many seconds.</summary>
    public IEnumerable<Measurement> Networks(double seconds, IReadOnlyList<NetworkCase> cases)
    {
        var budget = new Budget(seconds, cases.Sum(c => c.Flops));
        foreach (var network in cases)
        {
            PeakMemory.Reset();
            using var prepared = network.Prepare();
            var step = () =>
            {
                prepared.Run();
                prepared.Finish();
            };
            var row = Row(
                network.Runtime, network.Pass, (NetworkCase.InitChannels, network.Batch, NetworkCase.Task.Width), network.Flops);
            yield return Timed(step, row, budget.Take(network.Flops));
        }
    }

    // The rate is that of a clock: with a model it says how long the interpreter takes, and nothing of the card.
    private Measurement Untimed(Measurement row) => model is null
        ? row with { ExpectedSeconds = row.Flops / flopsPerSecond }
        : row with { IsModelled = true, InterpreterSeconds = row.Flops / flopsPerSecond };

    private bool Fits(StepConfiguration configuration, bool unrolled) =>
        SearchMemory.Need(
            configuration.Options with { Unrolled = unrolled }, configuration.Shape, backend, configuration.Form) is not { } need
            || MemoryRoom.Here().Missing(need) is null;

    private List<Measurement> Layer(OperationCase layer, Geometry g, double seconds)
    {
        using var prepared = layer.Prepare(backend, g);
        var measured = new List<Measurement>();
        foreach (var pass in Passes(layer, g))
        {
            Action run = pass.Pass == "forward" ? prepared.Forward : prepared.Backward;
            if (model is not null)
            {
                measured.Add(Modelled(model, run, pass) with { Operations = prepared.Operations });
                continue;
            }

            var before = cores?.Look();
            var calls = Math.Max(1, (int)(ShortestSample / Budget.Repeat(run, 0, FewestSamples, FewestSamples).Min()));
            var times = Budget.Repeat(() => Several(run, calls), seconds / 3, MostSamples, FewestSamples).ConvertAll(t => t / calls);
            CoreState[] looks = before is { } first ? [first, cores!.Look()] : [];
            measured.Add(pass with
            {
                Seconds = times,
                Cores = [.. looks.Select(l => l.Share)],
                Dispatch = [.. looks.Select(l => l.Dispatch)],
                Operations = prepared.Operations,
            });
        }

        return measured;
    }

    private Measurement Timed(Action step, Measurement row, double seconds)
    {
        if (model is not null) return Modelled(model, step, row);
        var looks = new List<CoreState>();
        // The first steps touch fresh memory and are compiled on the way; where there is hardly time for any, they have to do.
        if (seconds > 2 * row.Flops / flopsPerSecond) seconds -= Budget.Repeat(step, seconds / 3, WarmUpSteps).Sum();
        var times = new List<double>();
        Budget.Repeat(Once, seconds, MostSteps);
        flopsPerSecond = row.Flops / times.Min();
        return row with
        {
            Seconds = times,
            Cores = [.. looks.Select(l => l.Share)],
            Dispatch = [.. looks.Select(l => l.Dispatch)],
            PeakBytes = PeakMemory.Bytes,
        };

        void Once()
        {
            var before = cores?.Look();
            times.AddRange(Budget.Repeat(step, 0, 1));
            if (before is not { } first) return;
            var after = cores!.Look();
            looks.Add(new CoreState(Math.Min(first.Share, after.Share), Math.Min(first.Dispatch, after.Dispatch)));
        }
    }

    // Of a modelled card: the first run is compiled, searches for solvers and says how long a run is interpreted; of all others the model
    // says the same.
    private Measurement Modelled(TimeModel model, Action run, Measurement row)
    {
        var finished = () =>
        {
            run();
            backend.Synchronize();
        };
        flopsPerSecond = row.Flops > 0 ? row.Flops / Budget.Repeat(finished, 0, 1).Min() : flopsPerSecond;
        var microseconds = model.Record(finished).Sum(kernel => kernel.Microseconds + kernel.Launches * model.LaunchMicroseconds);
        return row with { Seconds = [microseconds / 1e6], IsModelled = true };
    }

    private IEnumerable<Measurement> Passes(OperationCase layer, Geometry g) =>
        new[] { ("forward", layer.Forward(g)), ("backward", layer.Backward(g)) }.Select(p => new Measurement
        {
            Name = layer.Name,
            Pass = p.Item1,
            Channels = g.Channels,
            Batch = g.Batch,
            Size = g.Size,
            Flops = p.Item2.Flops,
            Bytes = p.Item2.Bytes,
            LeastSeconds = Limits?.LeastSeconds(p.Item2) ?? 0,
        });

    private Measurement Step(StepConfiguration configuration, StepKind kind)
    {
        var size = (configuration.Shape.InitChannels, configuration.Batch, configuration.Shape.Width);
        var form = $"{configuration.Form}".ToLowerInvariant();
        return Row(configuration.Name, Name(kind), size, configuration.Flops(kind)) with { Form = form };
    }

    private Measurement Row(string name, string pass, (int Channels, int Batch, int Size) of, double flops) => new()
    {
        Name = name,
        Pass = pass,
        Channels = of.Channels,
        Batch = of.Batch,
        Size = of.Size,
        Flops = flops,
        LeastSeconds = Limits?.LeastSeconds(new Work(flops, 0)) ?? 0,
    };

    private static string Name(StepKind kind) => kind switch
    {
        StepKind.Weights => "weight step",
        StepKind.AlphasFirstOrder => "alpha step, 1st order",
        _ => "alpha step, 2nd order",
    };

    private static void Several(Action run, int calls)
    {
        for (var i = 0; i < calls; i++) run();
    }
}

using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Costs;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>Genotypes evaluated by the weights of one supernet.</summary>
public sealed class InheritedFitnessTests : IDisposable
{
    private static readonly SearchOptions Options =
        SmallSearch.Options with { Cost = "macs", TargetChannels = 4, TargetLayers = 5, Epochs = 3, LearningRate = 0.1 };

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    private static CancellationToken Never => CancellationToken.None;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Only_the_operations_of_the_chosen_genotype_are_computed_as_in_textbook_form()
    {
        var (train, _) = SmallSearch.Images();
        var shape = DartsSearch.ShapeOf(train, Options);
        var random = new CounterRandom(5, RandomStream.Evolution);
        var genotype = Space(shape).Random(ref random);
        using var backend = new ReferenceBackend<float>();
        float[][] logits = [.. new[] { CellForm.Textbook, CellForm.Shared }.Select(form =>
        {
            var candidates = CellSpace.Darts.Operations;
            ChosenPaths<float>[] paths = [new(shape.Topology, candidates), new(shape.Topology, candidates)];
            paths[0].Choose(genotype.Normal);
            paths[1].Choose(genotype.Reduce);
            using var net = new Supernet<float>(backend, shape, form, space: new SearchSpace(candidates), relax: kind => paths[kind]);
            net.Initialize(1);
            net.Plan(2);
            var pixels = new float[2 * 64];
            for (var i = 0; i < pixels.Length; i++) pixels[i] = i % 5 - 2;
            net.LoadBatch(new(pixels, [0, 1]));
            net.Forward(new Pass(Training: true, WeightGradients: false));
            var read = new float[4];
            backend.ReadImages(net.Logits, read);
            return read;
        })];
        for (var i = 0; i < 4; i++) Assert.Equal(logits[0][i], logits[1][i], 1e-5);
    }

    [Fact]
    public void Genotypes_that_no_step_drew_tell_the_classes_apart_by_inherited_weights()
    {
        var (train, valid) = SmallSearch.Images(120);
        using var backend = CpuBackend.Create(1);
        // A flip would make one class of the other.
        var options = Options with { Epochs = 8, Augment = false };
        using var net = new PathSupernet(options, DartsSearch.ShapeOf(train, Options), backend);
        var accuracies = new List<double>();
        new PathTraining(net, options).ToEnd(train.Encoder, train.Indices, (_, _, accuracy) => accuracies.Add(accuracy), Never);
        Assert.Equal(8, accuracies.Count);
        var random = new CounterRandom(6, RandomStream.Evolution);
        var mean = Enumerable.Range(0, 10).Average(_ => net.Accuracy(
            Space(DartsSearch.ShapeOf(train, Options)).Random(ref random), valid.Encoder, valid.Indices, Never));
        Assert.InRange(mean, 75, 100);
    }

    [Fact]
    public void Costs_of_one_name_that_differ_are_not_mixed()
    {
        var (train, valid) = SmallSearch.Images();
        var shape = DartsSearch.ShapeOf(train, Options);
        Assert.NotEqual(Identity(Options), Identity(Options with { TargetChannels = 8 }));

        string Identity(SearchOptions options) =>
            new InheritedFitness("one", [], valid.Encoder, valid.Indices, TargetCosts.Of(options, shape)!, 5).Identity;
    }

    [Fact]
    public void Costs_that_differ_in_one_operation_alone_are_not_mixed()
    {
        var (train, valid) = SmallSearch.Images();
        var shape = DartsSearch.ShapeOf(train, Options);
        var network = new TargetNetwork(new EvaluationShape(new ImageTask(1, 8, 8, 2), 4, 5, Auxiliary: false));
        // Neither the cheapest nor the dearest of the operations.
        Assert.NotEqual(Identity(5), Identity(6));

        string Identity(double pool)
        {
            var prices = new PricedParts(part => part.Name switch { "max_pool_3x3" => pool, "sep_conv_5x5" => 9, _ => 1 });
            var costs = new ArchitectureCosts(prices, network, CellSpace.Darts.Candidates, shape.Topology);
            return new InheritedFitness("one", [], valid.Encoder, valid.Indices, costs, 5).Identity;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_supernet_that_was_stopped_after_an_epoch_ends_with_the_same_bits(int stop)
    {
        var (train, _) = SmallSearch.Images();
        var shape = DartsSearch.ShapeOf(train, Options);
        using var cancellation = new CancellationTokenSource();
        var (whole, _) = Trained(null, Never);
        var (kept, done) = Trained(null, cancellation.Token);
        Assert.Equal(stop, done);
        using var file = SafetensorsFile.Open(kept);
        Assert.False(PathTraining.IsDone(file, Options));
        (kept, done) = Trained(file, Never);
        Assert.Equal(Options.Epochs, done);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(kept));

        (string File, int Done) Trained(SafetensorsFile? begun, CancellationToken stopped)
        {
            using var backend = CpuBackend.Create(1);
            using var net = new PathSupernet(Options, shape, backend);
            var training = new PathTraining(net, Options);
            if (begun is not null) training.Load(begun);
            try
            {
                training.ToEnd(train.Encoder, train.Indices, (epoch, _, _) =>
                {
                    if (epoch + 1 == stop && stopped.CanBeCanceled) cancellation.Cancel();
                }, stopped);
            }
            catch (OperationCanceledException)
            {
            }

            var writer = new SafetensorsWriter();
            training.Save(writer);
            var path = Path.Combine(folder, Path.GetRandomFileName());
            using (var stream = File.Create(path)) writer.WriteTo(stream);
            return (path, training.Done);
        }
    }

    [Fact]
    public void An_evolution_that_was_killed_anywhere_ends_with_the_same_genotypes_and_measures_nothing_twice()
    {
        var whole = Evolve("whole", evaluations: 24, jobs: 1, out _);
        for (var stop = 4; stop < 24; stop += 8)
        {
            Evolve($"killed-{stop}", stop, jobs: 1, out _);
            Assert.Equal(whole, Evolve($"killed-{stop}", 24, jobs: 2, out var measured));
            Assert.True(measured <= 24 - stop, $"{measured} were measured after {stop} were recorded");
        }
    }

    [Fact]
    public void Genotypes_over_the_limit_are_not_measured_and_a_limit_below_all_is_told()
    {
        var message = Assert.Throws<InfeasibleLimitException>(() => Evolve("infeasible", 12, jobs: 1, out _, limit: 1)).Message;
        Assert.Contains("the nearest", message, StringComparison.Ordinal);
    }

    private static GenotypeSpace Space(SupernetShape shape) => new(CellSpace.Darts with { Topology = shape.Topology });

    private List<string> Evolve(string name, int evaluations, int jobs, out int measured, double limit = double.PositiveInfinity)
    {
        var (train, valid) = SmallSearch.Images();
        var shape = DartsSearch.ShapeOf(train, Options);
        Backend<float>[] backends = [.. Enumerable.Range(0, jobs).Select(_ => CpuBackend.Create(1))];
        PathSupernet[] nets = [.. backends.Select(backend => new PathSupernet(Options, shape, backend))];
        try
        {
            new PathTraining(nets[0], Options).ToEnd(train.Encoder, train.Indices, (_, _, _) => { }, Never);
            var weights = Path.Combine(folder, "weights.safetensors");
            var writer = new SafetensorsWriter();
            nets[0].Save(writer);
            using (var stream = File.Create(weights)) writer.WriteTo(stream);
            using (var file = SafetensorsFile.Open(weights))
                foreach (var net in nets) net.Load(file);
            var fitness = new InheritedFitness("net", nets, valid.Encoder, valid.Indices, TargetCosts.Of(Options, shape)!, limit);
            var counted = new Counted(fitness);
            var log = FitnessLog<Genotype>.Open(Path.Combine(folder, name), Space(shape), counted);
            var history = new History<Genotype>(Space(shape), log, jobs);
            new Nsga2(8).Run(Space(shape), history, evaluations, 1, Never);
            measured = counted.Count;
            history.Front();
            return [.. history.All.Select(a => $"{a.Key} {a.Fitness.Objectives[0]} {a.Fitness.Objectives[1]}")];
        }
        finally
        {
            foreach (var net in nets) net.Dispose();
            foreach (var backend in backends) backend.Dispose();
        }
    }

    private sealed class Counted(IFitness<Genotype> fitness) : IFitness<Genotype>
    {
        private int count;

        public int Count => count;

        public string Identity => fitness.Identity;

        public Fitness Evaluate(Genotype genome, CancellationToken cancellation)
        {
            Interlocked.Increment(ref count);
            return fitness.Evaluate(genome, cancellation);
        }

        public string Describe(Fitness of) => fitness.Describe(of);
    }
}

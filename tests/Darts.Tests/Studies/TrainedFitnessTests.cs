using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Studies;

/// <summary>Genotypes judged by a short training of each.</summary>
public sealed class TrainedFitnessTests : IDisposable
{
    private static readonly SearchOptions Options = SmallSearch.Options with { Cost = "macs", TargetChannels = 4, TargetLayers = 5 };
    private static readonly ImageData Data = SmallSearch.Data(40);
    private static readonly CellSpace Space = CellSpace.Darts with { Topology = Options.Topology };

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    private static CancellationToken Never => CancellationToken.None;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_genotype_is_tested_on_images_that_it_was_not_trained_on_and_no_test_image_is_among_them()
    {
        var training = new ShortTraining(Data with { Test = Data.Train.Some("test", [0]) }, Options, 2);
        Assert.Equal((20, 20), (training.Images.Train.Count, training.Images.Test!.Count));
        var (train, valid) = SearchImages.Split(Data, Options);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Data.Train.Image(train.Indices[i]), training.Images.Train.Image(i));
            Assert.Equal(Data.Train.Image(valid.Indices[i]), training.Images.Test.Image(i));
        }

        var (genotype, told) = (Genotypes(1)[0], new List<string>());
        using var backend = CpuBackend.Create(1);
        var fitness = Fitness(training, [backend], told.Add).Evaluate(genotype, Never);
        var accuracy = EvaluationTraining.Run(training.Images, training.Of(genotype), backend).History[^1].Test.Top1;
        Assert.Equal([Costs().Of(genotype), 100 - accuracy], fitness.Objectives);
        Assert.Contains("% right after 2 epochs: Genotype(", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void A_genotype_over_the_limit_is_not_trained()
    {
        var fitness = new TrainedFitness(new ShortTraining(Data, Options, 1), [], Costs(), Costs().Least / 2, _ => { });
        Assert.False(fitness.Evaluate(Genotypes(1)[0], Never).IsFeasible);
    }

    [Fact]
    public void A_training_that_diverges_counts_as_all_wrong_and_says_so()
    {
        // Pixels become infinite.
        var training = new ShortTraining(Data with { Normalization = new Normalization([0], [1e-39f]) }, Options, 1);
        var told = new List<string>();
        using var backend = CpuBackend.Create(1);
        Assert.Equal(100, Fitness(training, [backend], told.Add).Evaluate(Genotypes(1)[0], Never).Objectives[1]);
        Assert.StartsWith("counts as 100 % wrong: Genotype(", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void Trainings_that_would_answer_otherwise_are_not_mixed()
    {
        var identity = new ShortTraining(Data, Options, 1).Identity;
        Assert.Equal(identity, new ShortTraining(Data, Options with { Threads = 3, LearningRate = 1, Data = "elsewhere" }, 1).Identity);
        Assert.NotEqual(identity, new ShortTraining(Data, Options, 2).Identity);
        Assert.NotEqual(identity, new ShortTraining(SmallSearch.Data(44), Options, 1).Identity);
        foreach (var other in new[]
        {
            Options with { Seed = 6 }, Options with { BatchSize = 5 }, Options with { Layers = 4 }, Options with { InitChannels = 4 },
            Options with { TrainPortion = 0.6 }, Options with { Augment = false },
        })
            Assert.NotEqual(identity, new ShortTraining(Data, other, 1).Identity);
    }

    [Fact]
    public void Options_that_are_not_read_change_no_training()
    {
        var genotype = Genotypes(1)[0];
        var other = Options with { Epochs = 9, Unrolled = true, LearningRate = 1, GradClip = 1, StemMultiplier = 2 };
        Assert.Equal(new ShortTraining(Data, Options, 1).Of(genotype), new ShortTraining(Data, other, 1).Of(genotype));
    }

    [Fact]
    public void No_genotype_needs_more_memory_than_the_largest()
    {
        using var backend = CpuBackend.Create(1);
        var training = new ShortTraining(Data, Options, 1);
        var most = Need(ShortTraining.Largest(Space));
        Assert.All(Genotypes(20), genotype => Assert.InRange(Need(genotype), 1, most));

        long Need(Genotype genotype) => TrainMemory.Need(training.Images, training.Of(genotype), backend)!.Total;
    }

    [Fact]
    public void An_evolution_that_was_killed_anywhere_ends_with_the_same_genotypes_and_trains_nothing_twice()
    {
        var whole = Evolve("whole", evaluations: 12, jobs: 1, out _);
        for (var stop = 3; stop < 12; stop += 4)
        {
            Evolve($"killed-{stop}", stop, jobs: 1, out _);
            Assert.Equal(whole, Evolve($"killed-{stop}", 12, jobs: 2, out var trained));
            Assert.Equal(12 - stop, trained);
        }
    }

    private List<string> Evolve(string name, int evaluations, int jobs, out int trained)
    {
        Backend<float>[] backends = [.. Enumerable.Range(0, jobs).Select(job => CpuBackend.Create(job + 1))];
        var count = 0;
        try
        {
            var fitness = Fitness(new ShortTraining(Data, Options, 1), backends, _ => Interlocked.Increment(ref count));
            var space = new GenotypeSpace(Space);
            var log = FitnessLog<Genotype>.Open(Path.Combine(folder, name), space, fitness);
            var history = new History<Genotype>(space, log, jobs);
            new Nsga2(4).Run(space, history, evaluations, 1, Never);
            trained = count;
            return [.. history.All.Select(a => $"{a.Key} {a.Fitness.Objectives[0]} {a.Fitness.Objectives[1]}")];
        }
        finally
        {
            foreach (var backend in backends) backend.Dispose();
        }
    }

    private static TrainedFitness Fitness(ShortTraining training, IEnumerable<Backend<float>> backends, Action<string> say) =>
        new(training, backends, Costs(), double.PositiveInfinity, say);

    private static ArchitectureCosts Costs() =>
        TargetCosts.Of(Options, DartsSearch.ShapeOf(SearchImages.Split(Data, Options).Train, Options))!;

    private static List<Genotype> Genotypes(int count)
    {
        var (space, random) = (new GenotypeSpace(Space), new CounterRandom(7, RandomStream.Evolution));
        var all = new List<Genotype>();
        for (var i = 0; i < count; i++) all.Add(space.Random(ref random));
        return all;
    }
}

using MIOpenDarts.Darts.Evolution;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>Searches over cells whose trained accuracies are known.</summary>
public class EvolutionTests
{
    private const double WholeFront = 702.734597;

    public static TheoryData<string> Methods => ["random", "regularised", "nsga2"];

    private static CancellationToken Never => CancellationToken.None;

    [Theory]
    [InlineData(10, 93.095, 92.578)]
    [InlineData(50, 93.687, 93.467)]
    [InlineData(100, 93.847, 93.730)]
    [InlineData(200, 93.974, 93.880)]
    [InlineData(300, 94.039, 93.939)]
    [InlineData(500, 94.115, 93.999)]
    [InlineData(1000, 94.207, 94.064)]
    public void Random_search_has_a_closed_form(int draws, double byTruth, double byShortTraining)
    {
        Assert.Equal(byTruth, Expected("cifar10", draws), 6e-4);
        Assert.Equal(byShortTraining, Expected("cifar10_valid_12_epochs", draws), 6e-4);
    }

    [Fact]
    public void Random_search_finds_what_its_closed_form_says()
    {
        const int seeds = 200, draws = 100;
        double[] found = [.. Enumerable.Range(0, seeds).Select(seed =>
        {
            var history = new History<string>(CellTable.Space, CellTable.Of("cifar10"));
            new RandomSearch().Run(CellTable.Space, history, draws, (ulong)seed, Never);
            return 100 - history.All.Min(a => a.Fitness.Objectives[0]);
        })];
        var mean = found.Average();
        var error = Math.Sqrt(found.Sum(f => (f - mean) * (f - mean)) / (seeds - 1) / seeds);
        Assert.InRange(mean, Expected("cifar10", draws) - 5 * error, Expected("cifar10", draws) + 5 * error);
    }

    [Fact]
    public void An_objective_that_is_no_number_is_told_with_its_cell()
    {
        var history = new History<string>(CellTable.Space, new Broken(), jobs: 2);
        var message = Assert.Throws<NotFiniteNumberException>(() => new Nsga2().Run(CellTable.Space, history, 60, 1, Never)).Message;
        Assert.StartsWith("the fitness of ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_that_was_begun_is_gone_on_with()
    {
        foreach (var method in Methods)
        {
            var history = new History<string>(CellTable.Space, CellTable.Of("cifar10"));
            new RandomSearch().Run(CellTable.Space, history, 30, 7, Never);
            Create(method).Run(CellTable.Space, history, 0, 1, Never);
            Create(method).Run(CellTable.Space, history, 45, 1, Never);
            Assert.Equal(45, history.All.Count);
        }
    }

    [Fact]
    public void Regularised_evolution_finds_better_cells_than_random_search()
    {
        var reported = Enumerable.Range(0, 20).Average(seed =>
        {
            var history = new History<string>(CellTable.Space, CellTable.Of("cifar10_valid_12_epochs"));
            new RegularisedEvolution(50, 10).Run(CellTable.Space, history, 300, (ulong)seed, Never);
            Assert.Equal(300, history.All.Count);
            return CellTable.Truth.Value(history.All.MinBy(a => a.Fitness.Objectives[0])!.Genome, "cifar10");
        });
        Assert.InRange(reported, 94.1, 94.3734);
    }

    [Fact]
    public void Nsga2_finds_nearly_the_whole_front_and_random_search_less()
    {
        var nsga = Mean(new Nsga2());
        Assert.InRange(nsga, 0.995, 1);
        Assert.True(Mean(new RandomSearch()) < nsga);

        static double Mean(IEvolution method) => Enumerable.Range(0, 5).Average(seed =>
        {
            var history = new History<string>(CellTable.Space, CellTable.Of("fpga_ms", "cifar10"));
            method.Run(CellTable.Space, history, 520, (ulong)seed, Never);
            Assert.Equal(520, history.All.Select(a => a.Key).Distinct().Count());
            return Hypervolume.Of(history.Front().Select(a => a.Fitness.Objectives),
                [CellTable.Truth.Column("fpga_ms").Max(), 100]) / WholeFront;
        });
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Jobs_change_nothing(string method)
    {
        var alone = Run(method, jobs: 1);
        Assert.Equal(alone, Run(method, jobs: 3));
        Assert.NotEqual(alone, Run(method, jobs: 1, seed: 2));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_search_keeps_its_limit(string method)
    {
        var history = new History<string>(CellTable.Space, CellTable.Within("fpga_ms", 2.6));
        Create(method).Run(CellTable.Space, history, 400, 3, Never);
        var best = history.Front()[0];
        Assert.True(CellTable.Truth.Value(best.Genome, "fpga_ms") <= 2.6);
        Assert.All(history.All.Where(a => a.Fitness.IsFeasible), a => Assert.True(a.Fitness.Objectives[0] >= best.Fitness.Objectives[0]));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_limit_that_nothing_keeps_ends_with_the_nearest_cell(string method)
    {
        var history = new History<string>(CellTable.Space, CellTable.Within("fpga_ms", 1));
        Create(method).Run(CellTable.Space, history, 120, 3, Never);
        var message = Assert.Throws<InfeasibleLimitException>(() => history.Front()).Message;
        var nearest = history.All.Min(a => CellTable.Truth.Value(a.Genome, "fpga_ms"));
        Assert.Contains($"{100 * (nearest - 1):F1} % above the limit", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_space_that_is_used_up_ends_a_search(string method)
    {
        var history = new History<string>(new FewCells(), CellTable.Of("cifar10"));
        Create(method).Run(new FewCells(), history, 500, 1, Never);
        Assert.Equal(FewCells.Count, history.All.Count);
    }

    [Fact]
    public void Regularised_evolution_looks_at_one_of_two_objectives_and_refuses_two_of_which_none_is_named()
    {
        var refused = Assert.Throws<ArgumentException>(() => Run(new RegularisedEvolution(20, 5), "fpga_ms", "cifar10"));
        Assert.Contains("NSGA-II", refused.Message, StringComparison.Ordinal);
        var alone = Run(new RegularisedEvolution(20, 5), "cifar10");
        Assert.Equal(alone, Run(new RegularisedEvolution(20, 5, objective: 1), "fpga_ms", "cifar10"));
        Assert.NotEqual(alone, Run(new RegularisedEvolution(20, 5, objective: 0), "fpga_ms", "cifar10"));

        static List<string> Run(IEvolution method, params string[] columns)
        {
            var history = new History<string>(CellTable.Space, CellTable.Of(columns));
            method.Run(CellTable.Space, history, 150, 1, Never);
            return [.. history.All.Select(a => a.Key)];
        }
    }

    private static double Expected(string objective, int draws)
    {
        var sorted = CellTable.Truth.Networks.OrderBy(cell => CellTable.Truth.Value(cell, objective))
                .Select(cell => CellTable.Truth.Value(cell, "cifar10"));
        double n = CellTable.Truth.Networks.Count;
        return sorted.Select((accuracy, i) => accuracy * (Math.Pow((i + 1) / n, draws) - Math.Pow(i / n, draws))).Sum();
    }

    private static IEvolution Create(string method) => method switch
    {
        "random" => new RandomSearch(),
        "regularised" => new RegularisedEvolution(20, 5),
        _ => new Nsga2(20),
    };

    private sealed class Broken : IFitness<string>
    {
        public string Identity => "broken";

        public Fitness Evaluate(string genome, CancellationToken cancellation) => new([double.NaN]);

        public string Describe(Fitness fitness) => "NaN";
    }

    private static List<string> Run(string method, int jobs, ulong seed = 1)
    {
        var history = new History<string>(CellTable.Space, CellTable.Of("cifar10"), jobs);
        Create(method).Run(CellTable.Space, history, 150, seed, Never);
        return [.. history.All.Select(a => a.Key)];
    }
}

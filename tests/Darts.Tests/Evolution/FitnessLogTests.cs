using MIOpenDarts.Darts.Evolution;

namespace MIOpenDarts.Darts.Tests.Evolution;

public sealed class FitnessLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string LogPath => Path.Combine(folder, "fitness.jsonl");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(63)]
    public void A_search_that_was_stopped_goes_on_where_it_was_and_measures_nothing_twice(int evaluations)
    {
        var whole = Search(new Counted(int.MaxValue), "whole.jsonl");
        var stopped = new Counted(evaluations);
        Assert.Throws<OperationCanceledException>(() => Search(stopped, "fitness.jsonl"));
        var again = new Counted(int.MaxValue);
        Assert.Equal(whole, Search(again, "fitness.jsonl"));
        Assert.Equal(whole.Count - evaluations, again.Calls);
    }

    [Fact]
    public void A_torn_last_line_is_measured_again()
    {
        var whole = Search(new Counted(int.MaxValue), "fitness.jsonl");
        File.WriteAllBytes(LogPath, File.ReadAllBytes(LogPath)[..^5]);
        var again = new Counted(int.MaxValue);
        Assert.Equal(whole, Search(again, "fitness.jsonl"));
        Assert.Equal(1, again.Calls);
    }

    [Fact]
    public void Infinite_objectives_of_what_breaks_a_limit_are_kept()
    {
        var fitness = new Fitness([double.PositiveInfinity, 0.1 + 0.2], 1.0 / 3);
        for (var i = 0; i < 2; i++)
        {
            var log = FitnessLog<string>.Open(LogPath, CellTable.Space, new Fixed(fitness));
            var read = log.Evaluate("000000", CancellationToken.None);
            Assert.Equal(fitness.Objectives, read.Objectives);
            Assert.Equal((fitness.Violation, i), (read.Violation, log.Recorded));
        }
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"genome":null,"objectives":[1]}""")]
    [InlineData("""{"genome":"000000","objectives":null}""")]
    public void Another_damaged_line_is_refused_with_its_number(string line)
    {
        File.WriteAllText(LogPath, $$"""{"identity":"cifar10"}{{"\n" + line + "\n"}}""");
        var message = Assert.Throws<InvalidDataException>(() =>
            FitnessLog<string>.Open(LogPath, CellTable.Space, CellTable.Of("cifar10"))).Message;
        Assert.StartsWith($"{LogPath}, line 2:", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_fitness_is_refused()
    {
        for (var i = 0; i < 2; i++) FitnessLog<string>.Open(LogPath, CellTable.Space, CellTable.Of("cifar10"));

        var other = CellTable.Of("cifar10", "fpga_ms");
        var message = Assert.Throws<InvalidDataException>(() => FitnessLog<string>.Open(LogPath, CellTable.Space, other)).Message;
        Assert.StartsWith($"{LogPath}: has evaluations of cifar10, not of cifar10 fpga_ms; ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_machine_has_written_is_neither_cut_off_nor_measured_again()
    {
        var mine = new Counted(int.MaxValue);
        var log = FitnessLog<string>.Open(LogPath, CellTable.Space, mine);
        log.Evaluate("000000", CancellationToken.None);
        // While this one measures, there comes another file in the place of its own: who has the one before still open sees it as it was,
        // as a machine sees a file of a network that another one writes.
        mine.Measuring = () =>
        {
            var elsewhere = LogPath + ".elsewhere";
            File.Copy(LogPath, elsewhere);
            var theirs = FitnessLog<string>.Open(elsewhere, CellTable.Space, new Counted(int.MaxValue));
            theirs.Evaluate("111111", CancellationToken.None);
            File.Move(elsewhere, LogPath, overwrite: true);
        };

        log.Evaluate("222222", CancellationToken.None);
        log.Evaluate("111111", CancellationToken.None);
        Assert.Equal(2, mine.Calls);
        var later = new Counted(0);
        var whole = FitnessLog<string>.Open(LogPath, CellTable.Space, later);
        Assert.Equal(3, whole.Recorded);
        foreach (var cell in new[] { "000000", "111111", "222222" }) whole.Evaluate(cell, CancellationToken.None);
        Assert.Equal(0, later.Calls);
    }

    [Fact]
    public void A_file_that_was_cut_meanwhile_is_refused_and_left_as_it_is()
    {
        var log = FitnessLog<string>.Open(LogPath, CellTable.Space, new Counted(int.MaxValue));
        log.Evaluate("000000", CancellationToken.None);
        log.Evaluate("111111", CancellationToken.None);
        var cut = File.ReadAllBytes(LogPath)[..^40];
        File.WriteAllBytes(LogPath, cut);
        var message = Assert.Throws<InvalidDataException>(() => log.Evaluate("222222", CancellationToken.None)).Message;
        Assert.StartsWith($"{LogPath}: is shorter than ", message, StringComparison.Ordinal);
        Assert.Equal(cut, File.ReadAllBytes(LogPath));
    }

    private List<string> Search(Counted fitness, string file)
    {
        var log = FitnessLog<string>.Open(Path.Combine(folder, file), CellTable.Space, fitness);
        var history = new History<string>(CellTable.Space, log);
        new Nsga2(20).Run(CellTable.Space, history, 100, 5, CancellationToken.None);
        return [.. history.All.Select(a => $"{a.Key} {string.Join(' ', a.Fitness.Objectives)}")];
    }

    /// <summary>Measures so often, then fails as a kill does.</summary>
    private sealed class Counted(int most) : IFitness<string>
    {
        private readonly IFitness<string> table = CellTable.Of("fpga_ms", "cifar10");

        public int Calls { get; private set; }

        public Action Measuring { get; set; } = () => { };

        public string Identity => table.Identity;

        public Fitness Evaluate(string genome, CancellationToken cancellation)
        {
            if (Calls == most) throw new OperationCanceledException("killed");
            Calls++;
            Measuring();
            return table.Evaluate(genome, cancellation);
        }

        public string Describe(Fitness fitness) => table.Describe(fitness);
    }

    private sealed class Fixed(Fitness answer) : IFitness<string>
    {
        public string Identity => "fixed";

        public Fitness Evaluate(string genome, CancellationToken cancellation) => answer;

        public string Describe(Fitness fitness) => "fixed";
    }
}

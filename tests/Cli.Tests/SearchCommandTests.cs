using System.Text.Json;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Tests;

public sealed class SearchCommandTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_search_forecasts_reports_and_ends_with_a_genotype_and_a_full_folder()
    {
        var outcome = Command.Run(tiny.Args("run"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("forecast ", outcome.Output);
        Assert.Contains("epoch 2/2  step 6/6  loss ", outcome.Output);
        var found = GenotypeReader.Parse(outcome.Output.Split('\n').Single(line => line.StartsWith("Genotype(", StringComparison.Ordinal)));
        string[] files = ["config.json", "environment.json", "genotype.json", "genotype.txt", "log.jsonl", "normal.dot", "normal.svg",
            "reduce.dot", "reduce.svg", "report.html"];
        Assert.Equal(files, Directory.GetFiles(tiny.In("run")).Select(Path.GetFileName).Where(name => name != ".lock").Order());
        Assert.Equal(found.ToString(), GenotypeReader.Resolve(Path.Combine(tiny.In("run"), "genotype.json")).ToString());
        Assert.Equal(3, Directory.GetFiles(tiny.Checkpoints("run")).Length);
    }

    [Fact]
    public void An_event_file_is_written_on_request()
    {
        Assert.Equal(0, Command.Run(tiny.Args("run", "--tensorboard")).Code);
        var events = File.ReadAllText(Assert.Single(Directory.GetFiles(tiny.In("run"), "events.out.tfevents.*")));
        Assert.All(["step/loss", "valid/accuracy", "weight_normal/sep_conv_3x3", "alphas/reduce"], tag => Assert.Contains(tag, events));
    }

    [Fact]
    public void The_log_tells_machine_options_epochs_and_end()
    {
        Command.Run(tiny.Args("run", "--seed", "9"));
        var log = tiny.Log("run");
        var start = Assert.IsType<RunStarted>(log[0]);
        Assert.Contains(start.Options, option => option is { Name: "seed", Value: "9" });
        Assert.True(start.Environment.SimdBits >= 128);
        Assert.StartsWith("cpu", start.Environment.Backend);
        Assert.Equal([0, 1], log.OfType<EpochDone>().Select(done => done.Record.Epoch));
        Assert.Equal(RunOutcome.Done, Assert.IsType<RunEnded>(log[^1]).Outcome);
    }

    [Fact]
    public void Command_line_wins_over_file_and_file_over_preset()
    {
        var config = tiny.In("options.yaml");
        File.WriteAllText(config, "preset: rx580\nbatch_size: 8\nepochs: 7\nlayers: 3\nnodes: 2\nmultiplier: 2\n");
        var outcome = Command.Run("search", "--config", config, "--epochs", "1", "--init-channels", "2", "--data", tiny.Data, "--out",
            tiny.In("run"));
        Assert.Equal(0, outcome.Code);
        var options = SearchOptions.Table.Parse(File.ReadAllText(Path.Combine(tiny.In("run"), "config.json")));
        Assert.Equal((1, 8, 2, 50), (options.Epochs, options.BatchSize, options.InitChannels, options.ReportInterval));
    }

    [Fact]
    public void Every_option_of_a_search_is_an_option_of_the_command()
    {
        var help = Command.Run("search", "--help").Output;
        Assert.All(SearchOptions.Table.All, field => Assert.Contains("--" + field.Name.Replace('_', '-') + " <", help));
        Assert.All(["--preset", "--config", "--resume", "--out"], name => Assert.Contains(name, help));
        Assert.All(SearchPresets.Names, name => Assert.Contains(name, help));
    }

    [Fact]
    public void The_report_is_there_after_the_first_epoch()
    {
        var seen = false;
        using var output = new Watcher(line =>
            seen |= line.StartsWith("epoch 2/2  step 1/6", StringComparison.Ordinal)
            && File.Exists(Path.Combine(tiny.In("run"), "report.html")));
        Assert.Equal(0, CommandLine.Run(tiny.Args("run"), new Screen(output, TextWriter.Null)));
        Assert.True(seen);
    }

    [Fact]
    public void One_and_two_threads_find_the_same_bit_by_bit()
    {
        Assert.Equal(0, Command.Run(tiny.Args("one", "--threads", "1")).Code);
        Assert.Equal(0, Command.Run(tiny.Args("two", "--threads", "2")).Code);
        tiny.AssertSameEnd("one", "two");
    }

    [Fact]
    public void Another_seed_finds_other_weights()
    {
        Command.Run(tiny.Args("one"));
        Command.Run(tiny.Args("two", "--seed", "3"));
        Assert.NotEqual(File.ReadAllBytes(tiny.Newest("one")), File.ReadAllBytes(tiny.Newest("two")));
    }

    [Fact]
    public void The_written_configuration_is_complete()
    {
        Command.Run(tiny.Args("run"));
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(tiny.In("run"), "config.json")));
        Assert.Equal(SearchOptions.Table.All.Select(field => field.Name).Order(), config.RootElement.EnumerateObject().Select(p => p.Name)
            .Order());
    }

    private sealed class Watcher(Action<string> see) : StringWriter
    {
        public override void WriteLine(string? value) => see(value!);
    }
}

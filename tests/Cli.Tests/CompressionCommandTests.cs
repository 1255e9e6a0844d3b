using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Records;
using Spectre.Console;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A trained run becomes a smaller run, which every other command understands.</summary>
public sealed class CompressionCommandTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public CompressionCommandTests()
    {
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        Assert.Equal(0, Command.Run(
            "train", "--genotype", "DARTS_V2", "--data", tiny.Data, "--layers", "3", "--init-channels", "16", "--epochs", "1",
            "--batch-size", "16", "--auxiliary", "false", "--backend", "cpu", "--threads", "1", "--out", tiny.In("trained")).Code);
    }

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("decompose", "macs=0.7")]
    [InlineData("decompose", "params=0.6")]
    [InlineData("prune", "macs=0.9")]
    public void A_compressed_run_is_tested_exported_compared_and_predicts(string command, string target)
    {
        var made = Compress(command, target, "small");
        Assert.Equal((0, ""), (made.Code, made.Error));
        var told = made.Output.Split('\n').Single(line => line.StartsWith("test     ", StringComparison.Ordinal))[9..];
        var (small, trained) = (tiny.In("small"), tiny.In("trained"));
        Assert.Equal(told, Command.Run("evaluate", small, "--backend", "cpu").Output.TrimEnd());
        Assert.Equal(0, Command.Run("export", small, "--fold", "--out", tiny.In("model.onnx")).Code);
        var compared = Command.Run("compare", trained, small);
        Assert.Equal((0, ""), (compared.Code, compared.Error));
        Assert.Contains("DARTS_V2 compressed", compared.Output);
        Assert.Contains("Confusion", File.ReadAllText(Path.Combine(small, "report.html")));
        Assert.NotNull(NetworkDescription.Read(Path.Combine(small, "weights.safetensors")).Operations);
        Assert.Equal(0, Command.Run("data", tiny.Data, "--samples", tiny.In("samples.png")).Code);
        Assert.Equal(0, Command.Run("predict", small, tiny.In("samples.png")).Code);
        // A compressed network is compressed further.
        Assert.Equal(0, Command.Run(
            "decompose", small, "--target", "macs=0.9", "--epochs", "1", "--calibration", "16", "--out", tiny.In("smaller")).Code);
    }

    [Theory]
    [InlineData("decompose")]
    [InlineData("prune", "--by", "taylor")]
    public void A_terminal_shows_a_bar_while_values_are_measured(string command, params string[] more)
    {
        using var written = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(written),
        });
        terminal.Profile.Width = 60;
        Assert.Equal(0, CommandLine.Run(
            [
                command, tiny.In("trained"), "--target", "macs=0.9", "--epochs", "1", "--calibration", "32", "--out", tiny.In("small"),
                .. more,
            ],
            new Screen(TextWriter.Null, TextWriter.Null, terminal)));
        Assert.Matches("measuring.*100%", written.ToString());
    }

    [Theory]
    [InlineData("decompose")]
    [InlineData("prune")]
    public void A_fine_tuning_that_lost_its_last_checkpoint_ends_with_the_same_bits(string command)
    {
        Assert.Equal(0, Compress(command, "macs=0.9", "whole").Code);
        tiny.Copy("whole", "run");
        var expected = Weights("whole");
        // A folder may lie elsewhere by then.
        Directory.Delete(tiny.In("whole"), recursive: true);
        tiny.TakeBack("run");
        File.Delete(Path.Combine(tiny.In("run"), "weights.safetensors"));
        var resumed = Command.Run(command, "--resume", tiny.In("run"));
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.Equal(RunOutcome.Done, tiny.Log("run").OfType<RunEnded>().Last().Outcome);
        Assert.Equal(expected, Weights("run"));
        File.Delete(Path.Combine(tiny.In("run"), "compressed.safetensors"));
        Command.Refuses(1, [command, "--resume", tiny.In("run")], "compressed.safetensors", "put a copy of it back");
    }

    [Theory]
    [InlineData("decompose")]
    [InlineData("prune")]
    public void What_cannot_be_compressed_is_refused_in_one_line(string command)
    {
        var trained = tiny.In("trained");
        Command.Refuses(1, [command, tiny.In("nowhere"), "--target", "macs=0.5"], "no such folder");
        Command.Refuses(2, [command], "no run is given");
        Command.Refuses(2, [command, trained, "--target", "macs=2"], "--target is 'macs=2'", "macs=X");
        Command.Refuses(2, [command, trained, "--target", "macs=0.001", "--out", tiny.In("none")], "cannot be met");
        Assert.False(Directory.Exists(tiny.In("none")));
        Command.Refuses(2, [command, trained, "--resume", trained], "a run does not go with --resume");
        tiny.WriteImages(24, classes: 3);
        Command.Refuses(1, [command, trained, "--target", "macs=0.5"], "3 classes", "calibrate with the data");
        File.Delete(Path.Combine(trained, "weights.safetensors"));
        Command.Refuses(1, [command, trained], "no weights.safetensors in this folder");
    }

    private Outcome Compress(string command, string target, string output) => Command.Run(
        command, tiny.In("trained"), "--target", target, "--epochs", "2", "--calibration", "32", "--out", tiny.In(output));

    private byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(tiny.In(run), "weights.safetensors"));
}

using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Tensors;
using Spectre.Console;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A trained run becomes a smaller run, which every other command understands.</summary>
public sealed class CompressionCommandTests : IDisposable
{
    private readonly TinyTraining tiny = new();

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
        Assert.Equal(0, Command.Run("export", small, "--fold", "--check", "--out", tiny.In("model.onnx")).Code);
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
        // Bytes come last.
        Assert.Equal(0, Command.Run("quantize", tiny.In("smaller"), "--calibration", "16", "--out", tiny.In("bytes")).Code);
        Assert.Equal(0, Command.Run("export", tiny.In("bytes"), "--check", "--out", tiny.In("bytes.onnx")).Code);
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
        var expected = tiny.Weights("whole");
        // A folder may lie elsewhere by then.
        Directory.Delete(tiny.In("whole"), recursive: true);
        tiny.TakeBack("run");
        File.Delete(Path.Combine(tiny.In("run"), "weights.safetensors"));
        var resumed = Command.Run(command, "--resume", tiny.In("run"));
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.Equal(RunOutcome.Done, tiny.Log("run").OfType<RunEnded>().Last().Outcome);
        Assert.Equal(expected, tiny.Weights("run"));
        File.Delete(Path.Combine(tiny.In("run"), "compressed.safetensors"));
        Command.Refuses(1, [command, "--resume", tiny.In("run")], "compressed.safetensors", "put a copy of it back");
    }

    [Fact]
    public void Pruning_in_steps_meets_the_target_and_ends_with_the_same_bits_wherever_it_was_stopped()
    {
        string[] words = ["--target", "macs=0.8", "--steps", "2", "--epochs", "1", "--calibration", "32"];
        var made = Command.Run(["prune", tiny.In("trained"), .. words, "--out", tiny.In("whole")]);
        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.Contains("stage    2 of 2", made.Output);
        var (before, halfway, after) = (tiny.MultiplyAdds("trained"), tiny.MultiplyAdds("whole/stage-1"), tiny.MultiplyAdds("whole"));
        Assert.InRange(halfway, after + 1, Math.Sqrt(0.8) * before);
        Assert.InRange(after, 1, 0.8 * before);
        // The second step goes on from what the first fine-tuned: what pruning leaves alone is as it was there.
        Assert.Equal(Bias("whole/stage-1/weights.safetensors"), Bias("whole/compressed.safetensors"));
        Assert.NotEqual(Bias("trained/weights.safetensors"), Bias("whole/compressed.safetensors"));
        Assert.Equal(0, Command.Run("evaluate", tiny.In("whole"), "--backend", "cpu").Code);
        // In the first step, before its last checkpoint.
        tiny.Copy("whole", "first");
        foreach (var file in Directory.GetFiles(tiny.In("first")).Where(file => !file.EndsWith("stages.json", StringComparison.Ordinal)))
            File.Delete(file);
        Directory.Delete(tiny.Checkpoints("first"), recursive: true);
        tiny.TakeBack("first/stage-1");
        File.Delete(Path.Combine(tiny.In("first/stage-1"), "weights.safetensors"));
        // In the second.
        tiny.Copy("whole", "second");
        tiny.TakeBack("second");
        File.Delete(Path.Combine(tiny.In("second"), "weights.safetensors"));
        foreach (var run in new[] { "first", "second" })
        {
            var resumed = Command.Run("prune", "--resume", tiny.In(run));
            Assert.Equal((0, ""), (resumed.Code, resumed.Error));
            Assert.Equal(tiny.Weights("whole"), tiny.Weights(run));
        }

        Command.Refuses(1, ["prune", tiny.In("trained"), .. words, "--out", tiny.In("whole")], "holds a run already");
        Command.Refuses(
            2, ["prune", tiny.In("trained"), "--target", "macs=0.001", "--steps", "2", "--out", tiny.In("none")], "cannot be met");
        Assert.False(Directory.Exists(tiny.In("none")));
        File.WriteAllText(Path.Combine(tiny.In("second"), "stages.json"), "[");
        Command.Refuses(1, ["prune", "--resume", tiny.In("second")], "stages.json", "begin another run");
    }

    [Fact]
    public void A_table_of_latencies_is_a_target_of_pruning()
    {
        var table = Table();
        var made = Command.Run(
            "prune", tiny.In("trained"), "--target", $"latency:{table}=0.95", "--epochs", "1", "--calibration", "32",
            "--out", tiny.In("small"));
        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.True(tiny.MultiplyAdds("small") < tiny.MultiplyAdds("trained"));
        Command.Refuses(
            2, ["decompose", tiny.In("trained"), "--target", $"latency:{table}=0.9"], "is a target of prune", "macs=X");
        Command.Refuses(
            1, ["prune", tiny.In("trained"), "--target", $"latency:{tiny.In("nowhere.json")}=0.9"], "there is no such table");
    }

    [Theory]
    [InlineData("resnet20")]
    [InlineData("mobilenetv2")]
    public void A_hand_made_network_is_compressed_and_compared_with_a_found_one(string arch)
    {
        Assert.Equal(0, Command.Run(
            "train", "--arch", arch, "--data", tiny.Data, "--epochs", "1", "--batch-size", "16", "--backend", "cpu", "--threads", "1",
            "--out", tiny.In(arch)).Code);
        foreach (var command in new[] { "decompose", "prune" })
        {
            var made = Command.Run(
                command, tiny.In(arch), "--target", "macs=0.6", "--epochs", "1", "--calibration", "32", "--out", tiny.In(command));
            Assert.Equal((0, ""), (made.Code, made.Error));
            Assert.InRange(tiny.MultiplyAdds(command), 1, 0.6 * tiny.MultiplyAdds(arch));
        }

        var quantised = Command.Run("quantize", tiny.In("prune"), "--calibration", "32", "--out", tiny.In("int8"));
        Assert.Equal(0, quantised.Code);
        Assert.Equal(0, Compress("prune", "macs=0.9", "found").Code);
        var compared = Command.Run(
            "compare", tiny.In(arch), tiny.In("decompose"), tiny.In("prune"), tiny.In("int8"), tiny.In("trained"), tiny.In("found"));
        Assert.Equal((0, ""), (compared.Code, compared.Error));
        Assert.Contains($"{arch} compressed", compared.Output);
        Assert.Contains($"{arch} int8", compared.Output);
        Assert.Contains("DARTS_V2 compressed", compared.Output);
    }

    [Fact]
    public void What_is_stopped_before_its_configuration_is_written_was_not_begun()
    {
        string[] words = ["--target", "macs=0.8", "--epochs", "1", "--calibration", "32"];
        // A folder where the file would be: the network cannot be written.
        Directory.CreateDirectory(tiny.In("small/compressed.safetensors"));
        Assert.Equal(1, Command.Run(["prune", tiny.In("trained"), .. words, "--out", tiny.In("small")]).Code);
        Assert.False(File.Exists(tiny.In("small/config.json")));
        Directory.Delete(tiny.In("small/compressed.safetensors"));
        Assert.Equal(0, Command.Run(["prune", tiny.In("trained"), .. words, "--out", tiny.In("small")]).Code);
        // A kill between the network and the configuration leaves the first alone.
        Assert.Equal(0, Command.Run(["prune", tiny.In("trained"), .. words, "--steps", "2", "--out", tiny.In("whole")]).Code);
        var expected = tiny.Weights("whole");
        tiny.Forget("whole", "compressed.safetensors");
        var resumed = Command.Run("prune", "--resume", tiny.In("whole"));
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.Equal(expected, tiny.Weights("whole"));
    }

    [Fact]
    public void Steps_refuse_before_a_folder_is_made_what_the_rule_and_the_data_do_not_allow()
    {
        Assert.Equal(0, Compress("decompose", "macs=0.7", "factors").Code);
        // No norm stands between two factors: by scales of norms the first is never narrower.
        var (scales, filters) = (Least("bn-scale"), Least("l1"));
        Assert.True(filters < scales, $"{filters} and {scales}");
        var between = FormattableString.Invariant($"macs={(scales + filters) / 2}");
        string[] words = ["--target", between, "--multiple", "2", "--steps", "2", "--epochs", "1", "--out", tiny.In("none")];
        Command.Refuses(2, ["prune", tiny.In("factors"), "--by", "bn-scale", .. words], "cannot be met");
        Assert.False(Directory.Exists(tiny.In("none")));
        foreach (var command in (string[][])[["prune", "--steps", "2"], ["compress"]])
        {
            Command.Refuses(
                1, [.. command, tiny.In("trained"), "--data", tiny.In("nowhere"), "--out", tiny.In("none")], "nowhere");
            Assert.False(Directory.Exists(tiny.In("none")));
        }

        double Least(string rule) => TinyTraining.Least("prune", tiny.In("factors"), "--by", rule, "--multiple", "2");
    }

    [Fact]
    public void A_resume_in_steps_takes_no_other_options_and_no_other_table()
    {
        var table = Table();
        Assert.Equal(0, Command.Run(
            "prune", tiny.In("trained"), "--target", $"latency:{table}=0.9", "--steps", "2", "--epochs", "1", "--calibration", "32",
            "--out", tiny.In("steps")).Code);
        var stages = File.ReadAllText(tiny.In("steps/stages.json"));
        Assert.Contains(Path.GetFullPath(table).Replace("\\", "\\\\", StringComparison.Ordinal), stages);
        foreach (var typed in (string[][])[["--learning-rate", "0.5"], ["--epochs", "2"]])
            Command.Refuses(1, ["prune", "--resume", tiny.In("steps"), .. typed], "was begun with", "leave that option out");
        Command.Refuses(2, ["prune", "--resume", tiny.In("steps"), "--by", "l1"], "--by does not go with --resume");
        tiny.Forget("steps");
        File.AppendAllText(table, " ");
        Command.Refuses(1, ["prune", "--resume", tiny.In("steps")], "the table is another one");
        // The cure names the command that began it.
        tiny.Copy("steps", "moved");
        Directory.Delete(tiny.In("steps"), recursive: true);
        Assert.Equal(0, Compress("prune", "macs=0.9", "run").Code);
        tiny.TakeBack("run");
        File.Move(tiny.ImagesFile, tiny.ImagesFile + ".gone");
        Directory.Move(tiny.Data, tiny.Data + "-elsewhere");
        Command.Refuses(1, ["prune", "--resume", tiny.In("run")], "is not there", "miopendarts prune --resume");
        Directory.Move(tiny.Data + "-elsewhere", tiny.Data);
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
        Command.Refuses(2, [command, "--target", "macs=0.5", "--resume", trained], "--target does not go with --resume");
        tiny.WriteImages(24, classes: 3);
        Command.Refuses(1, [command, trained, "--target", "macs=0.5"], "3 classes", "give the data it was trained for");
        File.Delete(Path.Combine(trained, "weights.safetensors"));
        Command.Refuses(1, [command, trained], "no weights.safetensors in this folder");
    }

    // A table of latencies of the trained network.
    private string Table()
    {
        var table = tiny.In("table.json");
        var network = NetworkDescription.Read(Path.Combine(tiny.In("trained"), "weights.safetensors"));
        new CostTable
        {
            Name = "made-up",
            Kind = "latency",
            Unit = "ms",
            Batch = 1,
            Mode = "inference",
            Source = "measured",
            Device = new TableDevice("none", "none", 1, "none"),
            Entries = TargetNetwork.From(network)!.Parts(GenotypeReader.Resolve(network.Network)).DistinctBy(part => part.Key)
                .ToDictionary(part => part.Key, part => new CostEntry(part.IsIdentity ? 0 : part.Inputs * part.Outputs, 0, 1)),
        }.Write(table);
        return table;
    }

    private Outcome Compress(string command, string target, string output) => Command.Run(
        command, tiny.In("trained"), "--target", target, "--epochs", "2", "--calibration", "32", "--out", tiny.In(output));

    private float[] Bias(string weights)
    {
        using var file = SafetensorsFile.Open(tiny.In(weights));
        return file.ReadSingle("classifier.bias");
    }
}

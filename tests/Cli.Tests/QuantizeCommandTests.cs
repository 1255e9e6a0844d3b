using System.Globalization;
using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Records;
using Spectre.Console;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A trained run becomes one of 8-bit integers, which every other command understands.</summary>
public sealed class QuantizeCommandTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("min-max", "0")]
    [InlineData("percentile", "1")]
    [InlineData("mse", "0")]
    public void A_quantised_run_is_tested_exported_compared_and_predicts(string ranges, string epochs)
    {
        var made = Quantise("small", "--ranges", ranges, "--finetune", epochs);
        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.Contains("RX 580", made.Output);
        Assert.Matches(@"\nagree    9[0-6] of 96 test images", made.Output);
        string[] rows = epochs == "0" ? ["float", "int8"] : ["float", "int8, not fine-tuned", "int8, fine-tuned"];
        const string numbers = @" +(\d+\.\d\d) +\d+\.\d +\d+\.\d{3}\n";
        Assert.Matches("\n" + string.Concat(rows.Select(row => row + numbers)), made.Output);
        Assert.Matches(@"\ncells\.0\.\S+ +\d+\.\d{3} +\d+\.\d{3}\n", made.Output);
        var told = made.Output.Split('\n').Single(line => line.StartsWith("test     ", StringComparison.Ordinal))[9..];
        var (small, trained) = (tiny.In("small"), tiny.In("trained"));
        Assert.Equal(told, Command.Run("evaluate", small, "--backend", "cpu").Output.TrimEnd());
        // The last row is of what the folder holds.
        Assert.Equal(told.Split(' ')[0], Regex.Match(made.Output, rows[^1] + numbers).Groups[1].Value);
        Assert.Equal(0, Command.Run("export", small, "--out", tiny.In("int8.onnx")).Code);
        // A sum near half a step may be rounded up in one program and down in the other: some of 96 images at most.
        Assert.Equal(Share(told), Share(Command.Run("evaluate", tiny.In("int8.onnx"), "--data", tiny.Data).Output), tolerance: 7.0);
        Assert.Equal(0, Command.Run("export", small, "--normalise", "--batch", "2", "--check", "--out", tiny.In("bytes.onnx")).Code);
        Assert.Equal(0, Command.Run("export", trained, "--fold", "--out", tiny.In("float.onnx")).Code);
        Assert.True(new FileInfo(tiny.In("int8.onnx")).Length < new FileInfo(tiny.In("float.onnx")).Length);
        var compared = Command.Run("compare", trained, small);
        Assert.Equal((0, ""), (compared.Code, compared.Error));
        Assert.Contains("DARTS_V2 int8", compared.Output);
        var report = File.ReadAllText(Path.Combine(small, "report.html"));
        Assert.Contains("Confusion", report);
        Assert.Contains($"{epochs} of {epochs}", report);
        Assert.True(NetworkDescription.Read(Path.Combine(small, "weights.safetensors")).IsQuantised);
        Assert.Equal(0, Command.Run("data", tiny.Data, "--samples", tiny.In("samples.png")).Code);
        Assert.Equal(0, Command.Run("predict", small, tiny.In("samples.png")).Code);
        var again = Command.Run("quantize", "--resume", small);
        Assert.Equal(0, again.Code);
        // Whoever goes on sees the same side by side.
        Assert.Matches("\nnetwork .*\n" + string.Concat(rows.Select(row => row + numbers)), again.Output);
        if (epochs == "0") Command.Refuses(1, ["quantize", "--resume", small, "--finetune", "2"], "was begun without an epoch");
        foreach (var further in new[] { "quantize", "decompose", "prune" })
            Command.Refuses(2, [further, small, "--out", tiny.In("further")], "quantised already");
    }

    [Fact]
    public void A_network_that_is_done_needs_no_images_to_be_opened_again()
    {
        Assert.Equal(0, Quantise("small").Code);
        Directory.Move(tiny.Data, tiny.In("moved"));
        var again = Command.Run("quantize", "--resume", tiny.In("small"));
        Assert.Equal(0, again.Code);
        Command.AssertOneLine(again.Error, tiny.Data, "is done, but not compared");
        Assert.DoesNotContain("\nagree ", again.Output);
    }

    [Fact]
    public void A_fine_tuning_that_lost_its_last_checkpoint_ends_with_the_same_bits()
    {
        Assert.Equal(0, Quantise("whole", "--finetune", "2").Code);
        tiny.Copy("whole", "run");
        tiny.TakeBack("run");
        File.Delete(Path.Combine(tiny.In("run"), "weights.safetensors"));
        var resumed = Command.Run("quantize", "--resume", tiny.In("run"));
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.Equal(RunOutcome.Done, tiny.Log("run").OfType<RunEnded>().Last().Outcome);
        Assert.Equal(tiny.Weights("whole", "weights"), tiny.Weights("run", "weights"));
        // It has learnt something, and not only been tested.
        Assert.NotEqual(tiny.Weights("whole", "compressed"), tiny.Weights("whole", "weights"));
    }

    [Fact]
    public void A_terminal_shows_a_bar_while_values_are_measured()
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
            ["quantize", tiny.In("trained"), "--calibration", "32", "--out", tiny.In("small")],
            new Screen(TextWriter.Null, TextWriter.Null, terminal)));
        Assert.Matches("measuring.*100%", written.ToString());
    }

    [Fact]
    public void What_cannot_be_quantised_is_refused_in_one_line()
    {
        var trained = tiny.In("trained");
        Command.Refuses(1, ["quantize", tiny.In("nowhere")], "no such folder");
        Command.Refuses(2, ["quantize"], "no run is given");
        Command.Refuses(2, ["quantize", trained, "--ranges", "entropy"], "--ranges is 'entropy'", "min-max");
        Command.Refuses(2, ["quantize", trained, "--resume", trained], "a run does not go with --resume");
        tiny.WriteImages(24, classes: 3);
        Command.Refuses(1, ["quantize", trained, "--out", tiny.In("none")], "3 classes", "give the data it was trained for");
        File.Delete(Path.Combine(trained, "weights.safetensors"));
        Command.Refuses(1, ["quantize", trained, "--out", tiny.In("none")], "no weights.safetensors in this folder");
        Assert.False(Directory.Exists(tiny.In("none")));
    }

    private Outcome Quantise(string output, params string[] more) =>
        Command.Run(["quantize", tiny.In("trained"), "--calibration", "32", "--out", tiny.In(output), .. more]);

    private static double Share(string told) =>
        double.Parse(Regex.Match(told, @"(\d+\.\d+) %").Groups[1].Value, CultureInfo.InvariantCulture);
}

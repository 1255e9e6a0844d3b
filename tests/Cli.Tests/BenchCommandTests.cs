using MIOpenDarts.Cli.Commands;
using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Layers.Machine;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

public sealed class BenchCommandTests
{
    [Fact]
    public void Bench_prints_steps_and_writes_them_to_files()
    {
        var folder = Directory.CreateTempSubdirectory("bench").FullName;
        var (csv, json) = (Path.Combine(folder, "steps.csv"), Path.Combine(folder, "steps.json"));
        var outcome = Command.Run("bench", "--only", "steps", "--config", "C", "--seconds", "1", "--threads", "1", "--csv", csv, "--json",
            json);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"limits +\d+ GFLOP/s of multiply-adds on one thread, \d+ GB/s of triad", outcome.Output);
        Assert.Matches(@"\nC +weight step +8 +32 +28x28 ", outcome.Output);
        Assert.Equal(4, File.ReadAllLines(csv).Length);
        Assert.Contains("\"pass\": \"alpha step, 2nd order\"", File.ReadAllText(json));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Bench_says_which_implementation_computed_each_operation_when_asked()
    {
        // A step that does not fit into the time is forecast and has no operations; on a busy machine a second is too little.
        string[] arguments = ["bench", "--only", "steps", "--config", "C", "--threads", "1", "--backend", "cpu"];
        var outcome = Command.Run([.. arguments, "--verbose", "--seconds", "60"]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"\nC, C 8, batch 32:\n", outcome.Output);
        Assert.Matches(@"\n +\d+ x cpu \d+ bits, .*depthwise 5x5 dilated \+ pointwise 8x8.* over \[32,8,28,28\]", outcome.Output);
        Assert.Matches(@"\n +\d+ x cpu \d+ bits, .*max pool for \d edges and average pool for \d edges", outcome.Output);
        Assert.DoesNotContain(" x cpu", Command.Run([.. arguments, "--seconds", "1"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_textbook_form_of_a_step_is_measured_when_asked_and_at_another_batch()
    {
        var outcome = Command.Run(
            "bench", "--only", "steps", "--config", "C", "--threads", "1", "--backend", "cpu", "--form", "textbook", "--batch", "2",
            "--verbose", "--seconds", "60");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"\nC +weight step +8 +2 +28x28 +\d", outcome.Output);
        Assert.Matches(@"\nC, C 8, batch 2:\n +\d+ x cpu", outcome.Output);
        Assert.DoesNotContain("max pool for", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Times_of_a_modelled_card_are_the_models_and_labelled_so()
    {
        using var tiny = new TinySearch();
        var table = tiny.In("bench.csv");
        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "bench", "--device", "rx560", "--only", "steps", "--config", "C", "--batch", "1", "--seconds",
                "3600", "--csv", table],
            $"{TimeModel.CardVariable}=rx560", "VGPU_TIME_SAMPLE=once", $"VGPU_BIND={tiny.Root}");
        Assert.True(code == 0, output);
        Assert.Contains("times below are modelled on rx560, with 5 us a launch", output, StringComparison.Ordinal);
        // A model says the same every time, so it is asked once.
        var rows = File.ReadAllLines(table)[1..];
        Assert.Equal(3, rows.Length);
        Assert.All(rows, row => Assert.Matches(@"^step,C,.*,8,1,28,1,0\.0\d+,.*,modelled$", row));
    }

    [Fact]
    public void What_a_modelled_card_has_no_time_for_has_no_time_of_the_interpreter_in_its_place()
    {
        var left = new Measurement
        {
            Name = "A",
            Pass = "weight step",
            Channels = 16,
            Batch = 64,
            Size = 32,
            Flops = 1e12,
            IsModelled = true,
            InterpreterSeconds = 7200,
        };
        using var output = new StringWriter();
        BenchTable.Show(
            new Screen(output, TextWriter.Null), BenchTable.Steps,
            [left, left with { Name = "B", Seconds = [0.25], InterpreterSeconds = 0 }, left with { Name = "C", LacksMemory = true }]);
        var said = output.ToString();
        Assert.Matches(@"\nA +weight step +16 +64 +32x32 +- +no time", said);
        Assert.Matches(@"\nB +weight step +16 +64 +32x32 +250\.00 ms +250\.00 ms ", said);
        Assert.Matches(@"\nC +weight step +16 +64 +32x32 +- +no memory", said);
        Assert.EndsWith(
            "\n1 of 3 were not modelled, for which the interpreter would need some 2.0 h here; give more --seconds\n", said,
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task What_does_not_fit_into_the_interpreters_time_is_left_out_with_a_modelled_card()
    {
        using var tiny = new TinySearch();
        var table = tiny.In("bench.csv");
        // More than a second of the interpreter, by far.
        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "bench", "--device", "rx560", "--only", "steps", "--config", "A", "--seconds", "1", "--csv", table],
            $"{TimeModel.CardVariable}=rx560", "VGPU_TIME_SAMPLE=once", $"VGPU_BIND={tiny.Root}");
        Assert.True(code == 0, output);
        Assert.Contains("3 of 3 were not modelled", output, StringComparison.Ordinal);
        Assert.DoesNotContain("~", output, StringComparison.Ordinal);
        // Neither a median nor an expected time.
        Assert.All(File.ReadAllLines(table)[1..], row => Assert.Matches(@"^step,A,[^,]*,16,64,32,0,,,.*,0,,shared,modelled$", row));
    }

    [Fact]
    public void Limits_are_those_of_all_threads_that_are_asked_for()
    {
        // Never more threads than processors are taken.
        Assert.SkipUnless(Environment.ProcessorCount > 1, "this machine has one processor");
        var outcome = Command.Run("bench", "--backend", "cpu", "--only", "steps", "--config", "C", "--seconds", "1", "--threads", "2");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"limits .* on one thread, \d+ GFLOP/s on 2 ", outcome.Output);
    }

    [Fact]
    [Trait("Category", "long")]
    public void Bench_trains_a_discrete_network_and_puts_its_inference_beside_onnx_runtime()
    {
        var outcome = Command.Run("bench", "--backend", "cpu", "--only", "network", "--seconds", "1", "--threads", "1");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"\ncpu +training step +36 +96 +32x32 ", outcome.Output);
        Assert.Matches(@"\ncpu +inference +36 +1 +32x32 .*\nonnxruntime +inference +36 +1 ", outcome.Output);
        Assert.Matches(@"\ncpu +inference +36 +64 +32x32 .*\nonnxruntime +inference +36 +64 ", outcome.Output);
    }

    [Fact]
    public void Bench_decodes_images_with_one_worker_and_with_several()
    {
        var outcome = Command.Run("bench", "--only", "data", "--seconds", "1", "--threads", "2");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"\ndecode +500x375 JPEG, 1 worker +224x224 ", outcome.Output);
        Assert.Matches(@"\ndecode +500x375 JPEG, 2 workers +224x224 ", outcome.Output);
    }

    [Fact]
    public void Bench_help_says_what_the_letters_mean()
    {
        var outcome = Command.Run("bench", "--help");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("A C 16, 8 cells, batch 64, 32x32", outcome.Output);
    }

    [Theory]
    [InlineData("layers", "--form", "textbook", "--only steps")]
    [InlineData("layers", "--form", "shared", "--only steps")]
    [InlineData("network", "--batch", "8", "--only steps")]
    [InlineData("data", "--config", "C", "--only steps")]
    [InlineData("data", "--device", "rx580", "leave it out")]
    [InlineData("data", "--backend", "cpu", "leave it out")]
    [InlineData("all", "--form", "textbook", "--only steps")]
    public void What_has_no_effect_on_what_is_measured_is_refused(string only, string option, string value, string cure) =>
        Command.Refuses(2, ["bench", "--only", only, option, value], option, cure);

    [Theory]
    [InlineData("--threads", "x", "0 to 1024")]
    [InlineData("--seconds", "0", "1 to 86400")]
    [InlineData("--config", "D", "A")]
    [InlineData("--backend", "abacus", "reference")]
    public void Bad_values_are_refused_with_what_is_allowed(string option, string value, string allowed) =>
        Command.Refuses(2, ["bench", option, value], option, $"'{value}'", allowed);
}

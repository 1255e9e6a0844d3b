using System.Globalization;
using System.Text.RegularExpressions;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A file that was exported is checked, evaluated and predicts, in whatever form; one that is none is told in one line.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private readonly TinySearch tiny = new();
    private readonly string run;

    public OnnxFileTests()
    {
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        run = tiny.In("trained");
        Assert.Equal(0, Command.Run(
            "train", "--genotype", "DARTS_V2", "--data", tiny.Data, "--layers", "3", "--init-channels", "4", "--epochs", "2",
            "--batch-size", "16", "--auxiliary", "false", "--backend", "cpu", "--threads", "1", "--out", run).Code);
    }

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--fold")]
    [InlineData("--fold", "--normalise")]
    [InlineData("--fold", "--normalise", "--batch", "7")]
    public void An_exported_file_is_checked_and_tells_what_the_run_tells(params string[] options)
    {
        var file = tiny.In("model.onnx");
        var exported = Command.Run(["export", run, "--out", file, "--check", .. options]);
        Assert.Equal((0, ""), (exported.Code, exported.Error));
        // The command itself refuses what is more than rounding; which class two equal logits give is left to rounding.
        Assert.Matches(
            @"check    96 images in ONNX Runtime: logits differ by up to \S+ of up to \S+, \d+ in the same class", exported.Output);
        var (expected, actual) = (Command.Run("evaluate", run, "--backend", "cpu"), Command.Run("evaluate", file, "--data", tiny.Data));
        Assert.Equal((0, ""), (actual.Code, actual.Error));
        Assert.Equal(Number(expected.Output, "loss "), Number(actual.Output, "loss "), 1e-3);
        Assert.Equal(0, Command.Run("data", tiny.Data, "--samples", tiny.In("samples.png")).Code);
        var (here, there) = (
            Command.Run("predict", run, tiny.In("samples.png"), "--backend", "cpu"), Command.Run("predict", file, tiny.In("samples.png")));
        Assert.Equal((0, ""), (there.Code, there.Error));
        var (likely, shown) = (Shares(here.Output), Shares(there.Output));
        Assert.Equal(2, likely.Count);
        foreach (var (name, share) in likely) Assert.Equal(share, shown[name], 0.15);
    }

    [Fact]
    public void The_check_tells_a_file_of_another_network_from_rounding()
    {
        using var backend = CpuBackend.Create(1);
        var (description, net) = NetworkDescription.Load(Path.Combine(run, "weights.safetensors"), backend);
        using (net)
        {
            var file = tiny.In("model.onnx");
            OnnxExport.Write(file, net, description, foldNorms: true);
            var images = DataSource.Open(tiny.Data).Test!;
            using var model = OnnxModel.Open(file);
            Assert.True(OnnxTest.Compare(model, net, description, images, 40).IsRounding);
            net.Parameters.Initialize(99);
            var other = OnnxTest.Compare(model, net, description, images, 40);
            Assert.False(other.IsRounding);
            Assert.Equal(40, other.Images);
        }
    }

    [Fact]
    public void A_fixed_batch_is_filled_by_steps_of_its_size_and_one_that_fits_nowhere_is_refused()
    {
        using var backend = CpuBackend.Create(1);
        var (description, net) = NetworkDescription.Load(Path.Combine(run, "weights.safetensors"), backend);
        using (net)
        {
            var file = tiny.In("model.onnx");
            foreach (var (batch, step) in new[] { (0, 64), (7, 7), (96, 96) })
            {
                OnnxExport.Write(file, net, description, foldNorms: true, batch: batch);
                using var model = OnnxModel.Open(file);
                Assert.Equal(step, model.Batch);
            }

            OnnxExport.Write(file, net, description, foldNorms: true, batch: 100_000_000);
            Command.Refuses(1, ["evaluate", file, "--data", tiny.Data], "100,000,000 images at a time", "smaller --batch");
        }
    }

    [Fact]
    public void Metadata_of_ours_that_are_damaged_are_told_and_those_of_another_program_left_aside()
    {
        using var backend = CpuBackend.Create(1);
        var (description, net) = NetworkDescription.Load(Path.Combine(run, "weights.safetensors"), backend);
        using (net)
        {
            var file = tiny.In("model.onnx");
            OnnxExport.Write(file, net, description with { Mean = [0.1f, 0.2f] }, foldNorms: true);
            Command.Refuses(1, ["evaluate", file, "--data", tiny.Data], "2 means and 1 deviations", "the file was changed");
            var bytes = File.ReadAllBytes(file);
            "another one"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("miopendarts"u8)));
            File.WriteAllBytes(file, bytes);
            using (var model = OnnxModel.Open(file)) Assert.True(model.LacksNormalization);
            // Then images are normalised as the data are.
            Assert.Equal(0, Command.Run("evaluate", file, "--data", tiny.Data).Code);
        }

        var two = description with { Task = new ImageTask(2, 8, 8, 2), Mean = [0, 0], Deviation = [1, 1] };
        using var wide = two.Build(backend);
        OnnxExport.Write(tiny.In("two.onnx"), wide, two, foldNorms: true);
        Command.Refuses(1, ["predict", tiny.In("two.onnx"), "x.png"], "1 or 3 channels");
    }

    [Fact]
    public void What_cannot_be_run_is_told_in_one_line()
    {
        var file = tiny.In("model.onnx");
        Command.Refuses(1, ["evaluate", file], "there is no such file");
        File.WriteAllText(file, "no model");
        foreach (var command in (string[][])[["evaluate", file], ["predict", file, tiny.ImagesFile]])
            Command.Refuses(1, command, file, "is no ONNX model");
        File.WriteAllBytes(file, []);
        Command.Refuses(1, ["evaluate", file], file, "export");
        Assert.Equal(0, Command.Run("export", run, "--out", file).Code);
        Command.Refuses(2, ["evaluate", file, "--best"], "--best does not go with an .onnx file");
        Command.Refuses(2, ["evaluate", file, "--figures"], "--figures does not go with an .onnx file");
        Command.Refuses(2, ["predict", file, "x.png", "--backend", "cpu"], "--backend does not go with an .onnx file");
        Command.Refuses(1, ["evaluate", file], "give the data it was trained for");
        Command.Refuses(2, ["export", run, "--data", tiny.Data, "--out", file], "--data does not go without --check");
        Command.Refuses(1, ["export", run, "--check", "--data", tiny.In("nowhere"), "--out", tiny.In("other.onnx")], "nowhere");
        Assert.False(File.Exists(tiny.In("other.onnx")));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..2000]);
        Command.Refuses(1, ["evaluate", file, "--data", tiny.Data], "is no ONNX model");
    }

    // Classes with their shares in percent, whatever their order.
    private static Dictionary<string, double> Shares(string output) => Regex.Matches(output, @"(class \d+) (\d+\.\d) %").ToDictionary(
        match => match.Groups[1].Value, match => double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));

    private static double Number(string output, string before) => double.Parse(
        Regex.Match(output, before + @"(\d+\.\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
}

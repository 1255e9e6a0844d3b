using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Weights files that another program wrote: state dicts with the official names.</summary>
public sealed class ForeignWeightsTests : IDisposable
{
    private const string Case = "aux";
    private static readonly string[] Network = ["--genotype", "DARTS_V2", "--init-channels", "8", "--layers", "5"];
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_state_dict_of_the_official_code_is_tested_exported_and_predicts()
    {
        var file = StateDict("official");
        var evaluated = Command.Run(["evaluate", file, .. Network, "--data", Cifar(), "--figures"]);
        Assert.Equal((0, ""), (evaluated.Code, evaluated.Error));
        Assert.Contains("of 4 images right", evaluated.Output);
        Assert.Contains("ms an image", evaluated.Output);
        Assert.Equal(0, Command.Run(["export", file, .. Network, "--out", tiny.In("model.onnx")]).Code);
        Assert.True(new FileInfo(tiny.In("model.onnx")).Length > 100_000);
        Assert.Equal(0, Command.Run("data", Cifar(), "--samples", tiny.In("samples.png")).Code);
        var predicted = Command.Run(["predict", file, tiny.In("samples.png"), .. Network]);
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        Assert.Matches(@"samples\.png: class \d [0-9.]+ %, class \d", predicted.Output);
    }

    [Fact]
    public void A_training_starts_from_it()
    {
        var file = StateDict("official");
        string[] train = ["train", .. Network, "--weights", file, "--data", Cifar(), "--epochs", "1", "--batch-size", "4", "--learning-rate", "1e-9", "--out", tiny.In("run")];
        Command.Refuses(1, train, "'auxiliary_head.", "none of this network's");
        Assert.False(Directory.Exists(tiny.In("run")));
        var outcome = Command.Run([.. train, "--auxiliary"]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        using var before = SafetensorsFile.Open(file);
        using var after = SafetensorsFile.Open(Path.Combine(tiny.In("run"), "weights.safetensors"));
        Assert.All(before.ReadSingle("stem.0.weight").Zip(after.ReadSingle("stem.0.weight")), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.NotEqual(before.ReadSingle("stem.1.running_mean"), after.ReadSingle("stem.1.running_mean"));
        Assert.Equal(Command.Run("evaluate", tiny.In("run")).Output, Command.Run(["evaluate", tiny.In("run"), .. Network]).Output);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_tensor_s_name()
    {
        var file = StateDict("official");
        Refused([file, .. Network[..4], "--layers", "4"], "tensor 'cells.");
        Refused([file, .. Network[..2], "--init-channels", "9", "--layers", "5"], "'stem.0.weight'", "[24, 3, 3, 3]", "[27, 3, 3, 3]");
        Refused([file, .. Network, "--classes", "7"], "classifier.", "[10", "[7");
        Refused([file, .. Network, "--grey"], "'stem.0.weight'", "[24, 1, 3, 3]");
        Refused([StateDict("transposed", (name, shape, values) => (name == "classifier.weight" ? [.. shape.Reverse()] : shape, values)), .. Network], "'classifier.weight'", "[128, 10]", "[10, 128]");
        Refused([StateDict("more", extra: "optimizer.step"), .. Network], "'optimizer.step'", "none of this network's");
        Refused([StateDict("less", drop: "cells.0._ops.0.op.1.weight"), .. Network], "no tensor 'cells.0._ops.0.op.1.weight'");
        Command.Refuses(2, ["export", file, "--layers", "5"], "--layers", "give --genotype or --arch");
        Command.Refuses(2, ["export", file, "--genotype", "DARTS_V2", "--layers", "2"], "--layers is 2", "from 3 to 100");
        Command.Refuses(1, ["export", file], "does not say what network it is of", "--genotype or --arch");
    }

    [Theory]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "'b'", "inside the tensor before it")]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", "'b'", "leaves a hole")]
    [InlineData("""{"stem.0.weight":{"dtype":"F16","shape":[24,3,3,3],"data_offsets":[0,1296]}}""", "'stem.0.weight'", "F16")]
    [InlineData("""{"stem.0.weight":{"dtype":"Q7","shape":[3],"data_offsets":[0,12]}}""", "'stem.0.weight'", "unknown dtype 'Q7'")]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[9223372036854775807,3],"data_offsets":[0,12]}}""", "'stem.0.weight'", "more bytes than")]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "'stem.0.weight'", "truncated")]
    public void A_hostile_file_is_refused_with_the_tensor_s_name(string header, params string[] words)
    {
        var file = tiny.In("hostile.safetensors");
        var data = header.Contains("1296", StringComparison.Ordinal) ? 1296 : 12;
        File.WriteAllBytes(file, [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), .. new byte[data]]);
        Refused([file, .. Network], [file, .. words]);
    }

    [Fact]
    public void A_header_without_end_is_refused()
    {
        var file = tiny.In("huge.safetensors");
        File.WriteAllBytes(file, [.. BitConverter.GetBytes(long.MaxValue), .. new byte[64]]);
        Refused([file, .. Network], file, "over the format's limit");
    }

    private void Refused(string[] words, params string[] said) => Command.Refuses(1, ["export", .. words, "--out", tiny.In("model.onnx")], said);

    /// <summary>The official state of the golden network in single precision, as <c>safetensors.torch.save_file</c> would write it.</summary>
    private string StateDict(string name, Func<string, long[], float[], (long[], float[])>? change = null, string? extra = null, string? drop = null)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "goldens", "evalnet_f64.safetensors"));
        var writer = new SafetensorsWriter();
        foreach (var full in golden.Names.Where(n => n.StartsWith(Case + ".init.", StringComparison.Ordinal)))
        {
            var tensor = full[(Case.Length + 6)..];
            long[] shape = [.. golden[full].Shape];
            if (tensor == drop) continue;
            if (golden[full].Type == SafetensorsType.I64)
            {
                writer.Add<long>(tensor, shape, golden.ReadInt64(full));
                continue;
            }

            var values = Array.ConvertAll(golden.ReadDouble(full), v => (float)v);
            if (change is not null) (shape, values) = change(tensor, shape, values);
            writer.Add<float>(tensor, shape, values);
        }

        if (extra is not null) writer.Add(extra, new float[1], 1);
        var path = tiny.In(name + ".safetensors");
        using var stream = File.Create(path);
        writer.WriteTo(stream);
        return path;
    }

    /// <summary>Four images of CIFAR-10 to train on and four to test on.</summary>
    private string Cifar()
    {
        var folder = Directory.CreateDirectory(tiny.In("cifar")).FullName;
        byte[] records = [.. Enumerable.Range(0, 4 * 3073).Select(i => (byte)(i % 3073 == 0 ? i / 3073 : i * 37 % 251))];
        foreach (var name in new[] { "data_batch_1.bin", "test_batch.bin" }) File.WriteAllBytes(Path.Combine(folder, name), records);
        return folder;
    }
}

using MIOpenDarts.Layers.Tensors;
using static MIOpenDarts.Cli.Tests.OfficialWeights;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Weights files that another program wrote: state dicts with the official names.</summary>
public sealed class ForeignWeightsTests : IDisposable
{
    private readonly TinySearch tiny = new();
    private readonly OfficialWeights weights;

    public ForeignWeightsTests() => weights = new OfficialWeights(tiny);

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_state_dict_of_the_official_code_is_tested_exported_and_predicts()
    {
        var file = weights.StateDict("official");
        var evaluated = Command.Run(["evaluate", file, .. Network, "--data", weights.Cifar(), "--figures"]);
        Assert.Equal((0, ""), (evaluated.Code, evaluated.Error));
        Assert.Contains("of 4 images right", evaluated.Output);
        Assert.Contains("ms an image", evaluated.Output);
        Assert.Equal(0, Command.Run(["export", file, .. Network, "--out", tiny.In("model.onnx")]).Code);
        Assert.True(new FileInfo(tiny.In("model.onnx")).Length > 100_000);
        Assert.Equal(0, Command.Run("data", weights.Cifar(), "--samples", tiny.In("samples.png")).Code);
        var predicted = Command.Run(["predict", file, tiny.In("samples.png"), .. Network]);
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        Assert.Matches(@"samples\.png: class \d [0-9.]+ %, class \d", predicted.Output);
    }

    [Fact]
    public void A_training_starts_from_it()
    {
        var file = weights.StateDict("official");
        var outcome = Command.Run([.. weights.Train(file, "run"), "--auxiliary"]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.DoesNotContain("weights  ", outcome.Output);
        using var before = SafetensorsFile.Open(file);
        using var after = SafetensorsFile.Open(Path.Combine(tiny.In("run"), "weights.safetensors"));
        Assert.All(before.ReadSingle("stem.0.weight").Zip(after.ReadSingle("stem.0.weight")), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.NotEqual(before.ReadSingle("stem.1.running_mean"), after.ReadSingle("stem.1.running_mean"));
        foreach (var trained in new[] { tiny.In("run"), tiny.In("run/weights.safetensors") })
            Assert.Equal(Command.Run("show", "DARTS_V2").Output, Command.Run("show", trained).Output);
        Assert.Equal(Command.Run("evaluate", tiny.In("run")).Output, Command.Run(["evaluate", tiny.In("run"), .. Network]).Output);
    }

    [Fact]
    public void A_head_too_many_is_left_out_of_a_training_and_one_too_few_is_drawn()
    {
        var file = weights.StateDict("official");
        var without = Command.Run(weights.Train(file, "without"));
        Assert.Equal((0, ""), (without.Code, without.Error));
        Assert.Contains($"weights  {file}: its auxiliary head is left out, for this training has none\n", without.Output);
        file = weights.StateDict("headless", keep: name => !name.StartsWith("auxiliary_head.", StringComparison.Ordinal));
        var drawn = Command.Run([.. weights.Train(file, "drawn"), "--auxiliary"]);
        Assert.Equal((0, ""), (drawn.Code, drawn.Error));
        Assert.Contains($"weights  {file}: has no auxiliary head; that of this training is drawn anew\n", drawn.Output);
        using var trained = SafetensorsFile.Open(tiny.In("drawn/weights.safetensors"));
        Assert.Contains(trained.ReadSingle("auxiliary_head.classifier.weight"), weight => weight != 0);
    }

    [Theory]
    [InlineData("module.", "the wrappers in its names, such as 'module.', are left out")]
    [InlineData("_orig_mod.", "wrappers")]
    [InlineData("module._orig_mod.", "wrappers")]
    [InlineData("cells:_orig_mod.", "wrappers")]
    [InlineData("state_dict.module.", "the network is what stands below 'state_dict.'\n", "wrappers")]
    [InlineData("model.", "the network is what stands below 'model.'\n")]
    [InlineData("ckpt.model.", "the network is what stands below 'ckpt.model.'\n")]
    [InlineData("model.+optimizer.step", "the network is what stands below 'model.'; 1 other tensors are left out")]
    public void Names_in_wrappers_and_below_a_prefix_are_the_official_ones(string prefix, params string[] notes)
    {
        var plain = Command.Run(["evaluate", weights.StateDict("official"), .. Network, "--data", weights.Cifar()]);
        var (before, extra) = prefix.Split('+') is [var first, var last] ? (first, last) : (prefix, null);
        var (only, wrapper) = before.Split(':') is [var part, var inner] ? (part, inner) : ("", before);
        var file = weights.StateDict("wrapped", rename: name =>
            only.Length == 0 ? wrapper + name : name.Replace(only + ".", only + "." + wrapper, StringComparison.Ordinal), extra: extra);
        var wrapped = Command.Run(["evaluate", file, .. Network, "--data", weights.Cifar()]);
        Assert.Equal((0, plain.Output), (wrapped.Code, wrapped.Output));
        Assert.All(notes, note => Assert.Contains(note, wrapped.Error));
        Assert.Equal(notes.Length, wrapped.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains($"weights  {file}: ", Command.Run([.. weights.Train(file, "run"), "--auxiliary"]).Output);
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("F64")]
    public void Weights_of_another_width_are_read_with_a_word(string type)
    {
        // What the narrow type can hold, written wide, must answer the same.
        var rounded = weights.StateDict("rounded", (_, shape, values) => (shape, Array.ConvertAll(values, value => type switch
        {
            "F16" => (float)(Half)value,
            "BF16" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xffff0000),
            _ => value,
        })));
        var file = tiny.In("narrow.safetensors");
        Rewrite(rounded, file, type);
        var wide = Command.Run(["evaluate", rounded, .. Network, "--data", weights.Cifar()]);
        var narrow = Command.Run(["evaluate", file, .. Network, "--data", weights.Cifar()]);
        Assert.Equal((0, wide.Output), (narrow.Code, narrow.Output));
        Assert.Equal($"miopendarts: {file}: {type} numbers are read as F32\n", narrow.Error);
    }

    [Fact]
    public void A_new_classifier_takes_weights_of_other_classes()
    {
        var file = weights.StateDict("official");
        var data = weights.Cifar100();
        string[] train = [.. weights.Train(file, "transfer", data), "--auxiliary"];
        Command.Refuses(1, train, "--classes 10", "not of --classes 100", "--new-classifier", "classifier.weight'");
        Assert.False(Directory.Exists(tiny.In("transfer")));
        var outcome = Command.Run([.. train, "--new-classifier"]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains($"weights  {file}: the classifier is drawn anew\n", outcome.Output);
        using var before = SafetensorsFile.Open(file);
        using var after = SafetensorsFile.Open(tiny.In("transfer/weights.safetensors"));
        Assert.All(before.ReadSingle("stem.0.weight").Zip(after.ReadSingle("stem.0.weight")), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-6));
        foreach (var name in new[] { "classifier.weight", "auxiliary_head.classifier.weight" })
        {
            Assert.Equal(100, after[name].Shape[0]);
            Assert.Contains(after.ReadSingle(name), weight => weight != 0);
        }

        string[] wrong =
            [.. weights.Train(file, "wrong", data).Select(word => word == "5" ? "4" : word), "--auxiliary", "--new-classifier"];
        Command.Refuses(1, wrong,
            "the file is of --stem cifar --layers 5 --init-channels 8", "not of --layers 4");
        Command.Refuses(2, ["train", "--new-classifier"], "new_classifier is true; allowed is false, or true with weights");
    }
}

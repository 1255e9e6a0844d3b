using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;
using static MIOpenDarts.Cli.Tests.OfficialWeights;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Weights files of another network, damaged or hostile: refused in one line that names the tensor and the cure.</summary>
public sealed class RefusedWeightsTests : IDisposable
{
    private readonly TinySearch tiny = new();
    private readonly OfficialWeights weights;

    public RefusedWeightsTests() => weights = new OfficialWeights(tiny);

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Two_state_dicts_in_one_file_are_not_chosen_from()
    {
        var file = tiny.In("twice.safetensors");
        var writer = new SafetensorsWriter();
        using (var plain = SafetensorsFile.Open(weights.StateDict("official")))
        {
            foreach (var name in plain.Names)
            {
                foreach (var prefix in new[] { "model.", "ema." })
                {
                    if (plain[name].Type == SafetensorsType.I64)
                        writer.Add<long>(prefix + name, [.. plain[name].Shape], plain.ReadInt64(name));
                    else writer.Add<float>(prefix + name, [.. plain[name].Shape], plain.ReadSingle(name));
                }
            }
        }

        using (var stream = File.Create(file)) writer.WriteTo(stream);
        Refused([file, .. Network], "has the network's tensors twice", "'model.'", "'ema.'", "keep one of them");
    }

    [Fact]
    public void Quantised_weights_are_told_by_their_type()
    {
        var file = tiny.In("whole.safetensors");
        Rewrite(weights.StateDict("official"), file, "I16");
        foreach (var words in new[] { ["evaluate", file, .. Network, "--data", weights.Cifar()], weights.Train(file, "run") })
            Command.Refuses(1, words, $"{file}: tensor '", "' has I16 numbers; save the weights as F32, F16 or BF16");
    }

    [Fact]
    public void Numbers_that_are_none_are_told_and_never_a_result()
    {
        var broken = weights.StateDict("broken", (name, shape, values) =>
        {
            if (name == "cells.0._ops.0.op.1.weight") values[5] = float.NaN;
            return (shape, values);
        });
        string[] words = [broken, "tensor 'cells.0._ops.0.op.1.weight' has NaN at element 5", "1 of"];
        Command.Refuses(1, ["evaluate", broken, .. Network, "--data", weights.Cifar()], words);
        Refused([broken, .. Network], words);
        Command.Refuses(1, weights.Train(broken, "run"), words);
        Assert.False(Directory.Exists(tiny.In("run")));
        // Finite weights whose answers are not.
        var huge = weights.StateDict("huge", (name, shape, values) =>
            (shape, name == "classifier.weight" ? Array.ConvertAll(values, value => MathF.CopySign(3e38f, value)) : values));
        Command.Refuses(1, ["evaluate", huge, .. Network, "--data", weights.Cifar()], "logits that are no numbers");
        Assert.Equal(0, Command.Run("data", weights.Cifar(), "--samples", tiny.In("samples.png")).Code);
        Command.Refuses(1, ["predict", huge, tiny.In("samples.png"), .. Network], "logits that are no numbers");
        Command.Refuses(1, weights.Train(huge, "diverged"), "A lower learning_rate");
    }

    [Theory]
    [InlineData("PK\u0003\u0004 as torch.save writes a state_dict")]
    [InlineData("\u0080\u0002\u008a\u000al\u00fc\u009cF\u00f9 j\u00a8P\u0019.")]
    public void A_file_of_PyTorch_that_is_cut_off_is_told_with_the_cure(string head)
    {
        var file = tiny.In("official.pt");
        File.WriteAllBytes(file, [.. head.Select(c => (byte)c)]);
        Refused([file, .. Network], file, "damaged", "fetch it again");
        Command.Refuses(1, weights.Train(file, "run"), file, "damaged", "fetch it again");
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_options_and_the_tensor_s_name()
    {
        var file = weights.StateDict("official");
        Refused([file, .. Network[..4], "--layers", "4"],
            "the file is of --stem cifar --layers 5 --init-channels 8 --classes 10 colour images, not of --layers 4", "tensor 'cells.");
        Refused([file, .. Network[..2], "--init-channels", "9", "--layers", "5"], "not of --init-channels 9", "'stem.0.weight'",
            "[24, 3, 3, 3]", "[27, 3, 3, 3]");
        Refused([file, .. Network, "--classes", "7"], "not of --classes 7; a training with other classes: --new-classifier", "classifier.",
            "[10", "[7");
        Refused([file, .. Network, "--grey"], "colour images, not of --grey", "'stem.0.weight'", "[24, 1, 3, 3]");
        var transposed = weights.StateDict(
            "transposed", (name, shape, values) => (name == "classifier.weight" ? [.. shape.Reverse()] : shape, values));
        Refused([transposed, .. Network], "--classes 128", "'classifier.weight'", "[128, 10]", "[10, 128]");
        Refused([weights.StateDict("more", extra: "optimizer.step"), .. Network], "'optimizer.step'", "none of this network's");
        Refused([file, "--arch", "resnet20"], "the file is of --stem cifar --layers 5", "not of --arch resnet20", "'conv1.weight'");
        Refused([file, "--genotype", "DARTS_V1", .. Network[2..]], "of another genotype", "tensor 'cells.");
        Refused([weights.StateDict("less", keep: name => name != "cells.0._ops.0.op.1.weight"), .. Network],
            "no tensor 'cells.0._ops.0.op.1.weight'");
        Command.Refuses(2, ["export", file, "--layers", "5"], "--layers", "give --genotype or --arch");
        Command.Refuses(2, ["export", file, "--genotype", "DARTS_V2", "--layers", "2"], "--layers is 2", "from 3 to 100");
        Command.Refuses(1, ["export", file], "does not say what network it is of", "--genotype or --arch");
    }

    [Theory]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "'b'", "inside the tensor before it")]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", "'b'", "leaves a hole")]
    [InlineData("""{"stem.0.weight":{"dtype":"I16","shape":[24,3,3,3],"data_offsets":[0,1296]}}""", "'stem.0.weight'", "I16")]
    [InlineData("""{"stem.0.weight":{"dtype":"Q7","shape":[3],"data_offsets":[0,12]}}""", "'stem.0.weight'", "unknown dtype 'Q7'")]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[9223372036854775807,3],"data_offsets":[0,12]}}""", "'stem.0.weight'", "more bytes than")]
    [InlineData("""{"stem.0.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "'stem.0.weight'", "truncated")]
    public void A_hostile_file_is_refused_with_the_tensor_s_name(string header, params string[] words)
    {
        var file = tiny.In("hostile.safetensors");
        var data = header.Contains("1296", StringComparison.Ordinal) ? 1296 : 12;
        File.WriteAllBytes(file,
            [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), .. new byte[data]]);
        Refused([file, .. Network], [file, .. words]);
    }

    [Fact]
    public void A_header_without_end_is_refused()
    {
        var file = tiny.In("huge.safetensors");
        File.WriteAllBytes(file, [.. BitConverter.GetBytes(long.MaxValue), .. new byte[64]]);
        Refused([file, .. Network], file, "over the format's limit");
    }

    private void Refused(string[] words, params string[] said) =>
        Command.Refuses(1, ["export", .. words, "--out", tiny.In("model.onnx")], said);
}

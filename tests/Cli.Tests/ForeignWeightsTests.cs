using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

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
        var outcome = Command.Run([.. Train(file, "run"), "--auxiliary"]);
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
        var file = StateDict("official");
        var without = Command.Run(Train(file, "without"));
        Assert.Equal((0, ""), (without.Code, without.Error));
        Assert.Contains($"weights  {file}: its auxiliary head is left out, for this training has none\n", without.Output);
        file = StateDict("headless", keep: name => !name.StartsWith("auxiliary_head.", StringComparison.Ordinal));
        var drawn = Command.Run([.. Train(file, "drawn"), "--auxiliary"]);
        Assert.Equal((0, ""), (drawn.Code, drawn.Error));
        Assert.Contains($"weights  {file}: has no auxiliary head; that of this training is drawn anew\n", drawn.Output);
        using var weights = SafetensorsFile.Open(tiny.In("drawn/weights.safetensors"));
        Assert.Contains(weights.ReadSingle("auxiliary_head.classifier.weight"), weight => weight != 0);
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
        var plain = Command.Run(["evaluate", StateDict("official"), .. Network, "--data", Cifar()]);
        var (before, extra) = prefix.Split('+') is [var first, var last] ? (first, last) : (prefix, null);
        var (only, wrapper) = before.Split(':') is [var part, var inner] ? (part, inner) : ("", before);
        var file = StateDict("wrapped", rename: name =>
            only.Length == 0 ? wrapper + name : name.Replace(only + ".", only + "." + wrapper, StringComparison.Ordinal), extra: extra);
        var wrapped = Command.Run(["evaluate", file, .. Network, "--data", Cifar()]);
        Assert.Equal((0, plain.Output), (wrapped.Code, wrapped.Output));
        Assert.All(notes, note => Assert.Contains(note, wrapped.Error));
        Assert.Equal(notes.Length, wrapped.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains($"weights  {file}: ", Command.Run([.. Train(file, "run"), "--auxiliary"]).Output);
    }

    [Fact]
    public void Two_state_dicts_in_one_file_are_not_chosen_from()
    {
        var file = tiny.In("twice.safetensors");
        var writer = new SafetensorsWriter();
        using (var plain = SafetensorsFile.Open(StateDict("official")))
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

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("F64")]
    public void Weights_of_another_width_are_read_with_a_word(string type)
    {
        // What the narrow type can hold, written wide, must answer the same.
        var rounded = StateDict("rounded", (_, shape, values) => (shape, Array.ConvertAll(values, value => type switch
        {
            "F16" => (float)(Half)value,
            "BF16" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xffff0000),
            _ => value,
        })));
        var file = tiny.In("narrow.safetensors");
        Rewrite(rounded, file, type);
        var wide = Command.Run(["evaluate", rounded, .. Network, "--data", Cifar()]);
        var narrow = Command.Run(["evaluate", file, .. Network, "--data", Cifar()]);
        Assert.Equal((0, wide.Output), (narrow.Code, narrow.Output));
        Assert.Equal($"miopendarts: {file}: {type} numbers are read as F32\n", narrow.Error);
    }

    [Fact]
    public void Quantised_weights_are_told_by_their_type()
    {
        var file = tiny.In("whole.safetensors");
        Rewrite(StateDict("official"), file, "I16");
        foreach (var words in new[] { ["evaluate", file, .. Network, "--data", Cifar()], Train(file, "run") })
            Command.Refuses(1, words, $"{file}: tensor '", "' has I16 numbers; save the weights as F32, F16 or BF16");
    }

    [Fact]
    public void A_new_classifier_takes_weights_of_other_classes()
    {
        var file = StateDict("official");
        var data = Cifar100();
        string[] train = [.. Train(file, "transfer", data), "--auxiliary"];
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

        Command.Refuses(1, [.. Train(file, "wrong", data).Select(word => word == "5" ? "4" : word), "--auxiliary", "--new-classifier"],
            "the file is of --stem cifar --layers 5 --init-channels 8", "not of --layers 4");
        Command.Refuses(2, ["train", "--new-classifier"], "new_classifier is true; allowed is false, or true with weights");
    }

    [Fact]
    public void Numbers_that_are_none_are_told_and_never_a_result()
    {
        var broken = StateDict("broken", (name, shape, values) =>
        {
            if (name == "cells.0._ops.0.op.1.weight") values[5] = float.NaN;
            return (shape, values);
        });
        string[] words = [broken, "tensor 'cells.0._ops.0.op.1.weight' has NaN at element 5", "1 of"];
        Command.Refuses(1, ["evaluate", broken, .. Network, "--data", Cifar()], words);
        Refused([broken, .. Network], words);
        Command.Refuses(1, Train(broken, "run"), words);
        Assert.False(Directory.Exists(tiny.In("run")));
        // Finite weights whose answers are not.
        var huge = StateDict("huge", (name, shape, values) =>
            (shape, name == "classifier.weight" ? Array.ConvertAll(values, value => MathF.CopySign(3e38f, value)) : values));
        Command.Refuses(1, ["evaluate", huge, .. Network, "--data", Cifar()], "logits that are no numbers");
        Assert.Equal(0, Command.Run("data", Cifar(), "--samples", tiny.In("samples.png")).Code);
        Command.Refuses(1, ["predict", huge, tiny.In("samples.png"), .. Network], "logits that are no numbers");
        Command.Refuses(1, Train(huge, "diverged"), "A lower learning_rate");
    }

    [Theory]
    [InlineData("PK\u0003\u0004 as torch.save writes a state_dict")]
    [InlineData("\u0080\u0002\u008a\u000al\u00fc\u009cF\u00f9 j\u00a8P\u0019.")]
    public void A_file_of_PyTorch_that_is_cut_off_is_told_with_the_cure(string head)
    {
        var file = tiny.In("official.pt");
        File.WriteAllBytes(file, [.. head.Select(c => (byte)c)]);
        Refused([file, .. Network], file, "damaged", "fetch it again");
        Command.Refuses(1, Train(file, "run"), file, "damaged", "fetch it again");
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_options_and_the_tensor_s_name()
    {
        var file = StateDict("official");
        Refused([file, .. Network[..4], "--layers", "4"],
            "the file is of --stem cifar --layers 5 --init-channels 8 --classes 10 colour images, not of --layers 4", "tensor 'cells.");
        Refused([file, .. Network[..2], "--init-channels", "9", "--layers", "5"], "not of --init-channels 9", "'stem.0.weight'",
            "[24, 3, 3, 3]", "[27, 3, 3, 3]");
        Refused([file, .. Network, "--classes", "7"], "not of --classes 7; a training with other classes: --new-classifier", "classifier.",
            "[10", "[7");
        Refused([file, .. Network, "--grey"], "colour images, not of --grey", "'stem.0.weight'", "[24, 1, 3, 3]");
        Refused([StateDict("transposed", (name, shape, values) => (name == "classifier.weight" ? [.. shape.Reverse()] : shape, values)),
            .. Network], "--classes 128", "'classifier.weight'", "[128, 10]", "[10, 128]");
        Refused([StateDict("more", extra: "optimizer.step"), .. Network], "'optimizer.step'", "none of this network's");
        Refused([file, "--arch", "resnet20"], "the file is of --stem cifar --layers 5", "not of --arch resnet20", "'conv1.weight'");
        Refused([file, "--genotype", "DARTS_V1", .. Network[2..]], "of another genotype", "tensor 'cells.");
        Refused([StateDict("less", keep: name => name != "cells.0._ops.0.op.1.weight"), .. Network],
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

    /// <summary>
    /// The official state of the golden network in single precision, as <c>safetensors.torch.save_file</c> would write it.
    /// </summary>
    private string StateDict(
        string name, Func<string, long[], float[], (long[], float[])>? change = null, string? extra = null, Predicate<string>? keep = null,
            Func<string, string>? rename = null)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "goldens", "evalnet_f64.safetensors"));
        var writer = new SafetensorsWriter();
        foreach (var full in golden.Names.Where(n => n.StartsWith(Case + ".init.", StringComparison.Ordinal)))
        {
            var tensor = full[(Case.Length + 6)..];
            long[] shape = [.. golden[full].Shape];
            if (keep?.Invoke(tensor) == false) continue;
            var written = rename?.Invoke(tensor) ?? tensor;
            if (golden[full].Type == SafetensorsType.I64)
            {
                writer.Add<long>(written, shape, golden.ReadInt64(full));
                continue;
            }

            var values = Array.ConvertAll(golden.ReadDouble(full), v => (float)v);
            if (change is not null) (shape, values) = change(tensor, shape, values);
            writer.Add<float>(written, shape, values);
        }

        if (extra is not null) writer.Add(extra, new float[1], 1);
        var path = tiny.In(name + ".safetensors");
        using var stream = File.Create(path);
        writer.WriteTo(stream);
        return path;
    }

    /// <summary>Writes the floating numbers of a file in another type; I16 as hundredths.</summary>
    private static void Rewrite(string from, string to, string type)
    {
        using var file = SafetensorsFile.Open(from);
        var (header, body) = (new System.Text.StringBuilder("{"), new MemoryStream());
        foreach (var name in file.Names)
        {
            var start = body.Length;
            var floating = file[name].Type == SafetensorsType.F32;
            if (!floating)
            {
                foreach (var number in file.ReadInt64(name)) body.Write(BitConverter.GetBytes(number));
            }

            foreach (var value in floating ? file.ReadSingle(name) : [])
            {
                body.Write(type switch
                {
                    "F16" => BitConverter.GetBytes((Half)value),
                    "I16" => BitConverter.GetBytes((short)(value * 100)),
                    "BF16" => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)),
                    _ => BitConverter.GetBytes((double)value),
                });
            }

            var comma = header.Length > 1 ? "," : "";
            header.Append(
                $"{comma}\"{name}\":{{\"dtype\":\"{(floating ? type : "I64")}\",\"shape\":[{string.Join(",", file[name].Shape)}]," +
                $"\"data_offsets\":[{start},{body.Length}]}}");
        }

        var json = System.Text.Encoding.UTF8.GetBytes(header.Append('}').ToString());
        File.WriteAllBytes(to, [.. BitConverter.GetBytes((long)json.Length), .. json, .. body.ToArray()]);
    }

    private string[] Train(string weights, string run, string? data = null) =>
        ["train", .. Network, "--weights", weights, "--data", data
            ?? Cifar(), "--epochs", "1", "--batch-size", "4", "--learning-rate", "1e-9", "--out", tiny.In(run)];

    /// <summary>Four images of CIFAR-10 to train on and four to test on.</summary>
    private string Cifar()
    {
        var folder = Directory.CreateDirectory(tiny.In("cifar")).FullName;
        byte[] records = [.. Enumerable.Range(0, 4 * 3073).Select(i => (byte)(i % 3073 == 0 ? i / 3073 : i * 37 % 251))];
        foreach (var name in new[] { "data_batch_1.bin", "test_batch.bin" }) File.WriteAllBytes(Path.Combine(folder, name), records);
        return folder;
    }

    /// <summary>The same of CIFAR-100, whose records have a coarse label before the fine one.</summary>
    private string Cifar100()
    {
        var folder = Directory.CreateDirectory(tiny.In("cifar-100")).FullName;
        byte[] records = [.. Enumerable.Range(0, 4 * 3074).Select(i => (byte)(i % 3074 < 2 ? i / 3074 : i * 37 % 251))];
        foreach (var name in new[] { "train.bin", "test.bin" }) File.WriteAllBytes(Path.Combine(folder, name), records);
        return folder;
    }
}

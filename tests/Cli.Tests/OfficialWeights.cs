using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Cli.Tests;

/// <summary>State dicts of the official code, as another program writes them, with data that fits them.</summary>
/// <param name="tiny">Where the files are.</param>
internal sealed class OfficialWeights(TinySearch tiny)
{
    private const string Case = "aux";

    /// <summary>The options that say what network they are of.</summary>
    public static string[] Network { get; } = ["--genotype", "DARTS_V2", "--init-channels", "8", "--layers", "5"];

    /// <summary>
    /// The official state of the golden network in single precision, as <c>safetensors.torch.save_file</c> would write it.
    /// </summary>
    public string StateDict(
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
    public static void Rewrite(string from, string to, string type)
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

    /// <summary>A training of one epoch that changes next to nothing.</summary>
    public string[] Train(string weights, string run, string? data = null) =>
        ["train", .. Network, "--weights", weights, "--data", data
            ?? Cifar(), "--epochs", "1", "--batch-size", "4", "--learning-rate", "1e-9", "--out", tiny.In(run)];

    /// <summary>Four images of CIFAR-10 to train on and four to test on.</summary>
    public string Cifar()
    {
        var folder = Directory.CreateDirectory(tiny.In("cifar")).FullName;
        byte[] records = [.. Enumerable.Range(0, 4 * 3073).Select(i => (byte)(i % 3073 == 0 ? i / 3073 : i * 37 % 251))];
        foreach (var name in new[] { "data_batch_1.bin", "test_batch.bin" }) File.WriteAllBytes(Path.Combine(folder, name), records);
        return folder;
    }

    /// <summary>The same of CIFAR-100, whose records have a coarse label before the fine one.</summary>
    public string Cifar100()
    {
        var folder = Directory.CreateDirectory(tiny.In("cifar-100")).FullName;
        byte[] records = [.. Enumerable.Range(0, 4 * 3074).Select(i => (byte)(i % 3074 < 2 ? i / 3074 : i * 37 % 251))];
        foreach (var name in new[] { "train.bin", "test.bin" }) File.WriteAllBytes(Path.Combine(folder, name), records);
        return folder;
    }
}

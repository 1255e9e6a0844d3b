using System.Formats.Tar;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>One small set of images in each form that encoded images come in.</summary>
internal static class EncodedSets
{
    /// <summary>Two classes of four images, of several colours and sizes.</summary>
    public static (string Class, string Name, byte[] Bytes)[] Images { get; } =
        [.. Enumerable.Range(0, 8).Select(i => (i < 4 ? "ant" : "bee", $"{i}.png", Pictures.Plain(6 + i, 9 - i / 2, (byte)(20 * i))))];

    /// <summary>A folder for each class.</summary>
    public static string Folder(string root, string part = "train")
    {
        foreach (var (kind, name, bytes) in Images) root.Put($"{part}/{kind}/{name}", bytes);
        return root;
    }

    /// <summary>A tar file with the label of each image beside it, or with folders and the last image first.</summary>
    public static string Tar(string path, bool labels, Func<byte[], byte[]>? change = null)
    {
        using var file = File.Create(path);
        using var tar = new TarWriter(file, TarEntryFormat.Pax);
        foreach (var (kind, name, bytes) in labels ? Images : Images.Reverse())
        {
            Add(labels ? name : $"train/{kind}/{name}", change?.Invoke(bytes) ?? bytes);
            if (labels) Add(Path.ChangeExtension(name, ".cls"), Encoding.ASCII.GetBytes(kind == "ant" ? "0" : "1\n"));
        }

        return path;

        void Add(string name, byte[] content) =>
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
    }

    /// <summary>A Parquet file as Hugging Face writes it, in row groups of three.</summary>
    public static string Parquet(string path, CompressionMethod compression = CompressionMethod.Snappy, bool names = true, int secret = 0)
    {
        var (bytes, at, label) = (new DataField<byte[]>("bytes"), new DataField<string>("path"), new DataField<long?>("label"));
        var schema = new ParquetSchema(new StructField("image", bytes, at), label);
        using var stream = File.Create(path);
        Write().GetAwaiter().GetResult();
        return path;

        async Task Write()
        {
            var options = new ParquetOptions { CompressionMethod = compression };
            await using var writer = await ParquetWriter.CreateAsync(schema, stream, options);
            if (names)
                writer.CustomMetadata = new Dictionary<string, string>
                {
                    ["huggingface"] = """{"info": {"features": {"label": {"names": ["ant", "bee"], "_type": "ClassLabel"}}}}""",
                };
            foreach (var rows in Images.Chunk(3))
            {
                using var group = writer.CreateRowGroup();
                var fields = schema.DataFields;
                await group.WriteAsync(fields[0], rows.Select(row => row.Bytes).ToArray());
                await group.WriteAsync(fields[1], rows.Select(row => row.Name).ToArray());
                await group.WriteAsync<long>(
                    fields[2], rows.Select(row => (long?)(secret < 0 ? secret : row.Class == "ant" ? 0 : 1)).ToArray().AsMemory());
                group.CompleteValidate();
            }
        }
    }
}

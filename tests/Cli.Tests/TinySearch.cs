using System.Buffers.Binary;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A folder for one test, with IDX images of 8x8 pixels in two classes, and a search on them that takes a second.</summary>
public class TinySearch : IDisposable
{
    public TinySearch(int images = 96)
    {
        Root = Directory.CreateTempSubdirectory("miopendarts-").FullName;
        Data = Directory.CreateDirectory(In("data")).FullName;
        WriteImages(images);
    }

    public string Root { get; }

    public string Data { get; }

    public string ImagesFile => Path.Combine(Data, "train-images-idx3-ubyte");

    public string LabelsFile => Path.Combine(Data, "train-labels-idx1-ubyte");

    public string In(string name) => Path.Combine(Root, name);

    public int Epochs { get; init; } = 2;

    public int BatchSize { get; init; } = 8;

    public string[] Args(string run, params string[] more) =>
    [
        "search", "--data", Data, "--backend", "cpu", "--init-channels", "2", "--layers", "3", "--nodes", "2", "--multiplier", "2",
        "--batch-size", $"{BatchSize}",
        "--epochs", $"{Epochs}", "--checkpoint-interval", "1", "--report-interval", "1", "--data-workers", "1", "--out", In(run), .. more,
    ];

    /// <summary>The two classes differ by the half that is bright.</summary>
    public void WriteImages(int count, int classes = 2)
    {
        var pixels = new byte[count * 64];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i * 37 % 101) + (i % 8 / 4 == i / 64 % 2 ? 120 : 0));
        File.WriteAllBytes(ImagesFile, [.. Numbers(0x803, count, 8, 8), .. pixels]);
        File.WriteAllBytes(LabelsFile, [.. Numbers(0x801, count), .. Enumerable.Range(0, count).Select(i => (byte)(i % classes))]);
    }

    public static byte[] Numbers(params int[] values) => [.. values.SelectMany(value =>
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    })];

    public string Checkpoints(string run) => Path.Combine(In(run), "checkpoints");

    public string Newest(string run) => Directory.GetFiles(Checkpoints(run), "*.safetensors").Max(StringComparer.Ordinal)!;

    /// <summary>Waits until each of some runs, which other processes work on, has a checkpoint.</summary>
    public async Task HasCheckpoints(params string[] runs)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        foreach (var run in runs)
        {
            while (!Directory.Exists(Checkpoints(run)) || Directory.GetFiles(Checkpoints(run), "*.safetensors").Length == 0)
                await Task.Delay(20, limit.Token);
        }
    }

    public IReadOnlyList<RunEvent> Log(string run) => RunLog.Read(Path.Combine(In(run), "log.jsonl"));

    /// <summary>Takes a finished run back to just before its last checkpoint, as if it had been killed there.</summary>
    public void TakeBack(string run)
    {
        File.Delete(Newest(run));
        var log = Path.Combine(In(run), "log.jsonl");
        File.WriteAllLines(log, File.ReadAllLines(log).SkipLast(2));
    }

    /// <summary>Takes a finished run back to just after the checkpoint of this name.</summary>
    public void TakeBack(string run, string checkpoint)
    {
        foreach (var file in Directory.GetFiles(Checkpoints(run), "*.safetensors"))
            if (string.CompareOrdinal(Path.GetFileName(file), checkpoint) > 0) File.Delete(file);
        var log = Path.Combine(In(run), "log.jsonl");
        var lines = File.ReadAllLines(log);
        File.WriteAllLines(log, lines[..(Array.FindIndex(lines, line => line.Contains(checkpoint, StringComparison.Ordinal)) + 1)]);
    }

    /// <summary>Weights, statistics, optimisers and alphas at the end of two runs are equal bit by bit.</summary>
    public void AssertSameEnd(string expected, string actual)
    {
        Assert.Equal(Path.GetFileName(Newest(expected)), Path.GetFileName(Newest(actual)));
        AssertSameTensors(Newest(expected), Newest(actual));
        Assert.Equal(File.ReadAllText(Path.Combine(In(expected), "genotype.txt")),
            File.ReadAllText(Path.Combine(In(actual), "genotype.txt")));
    }

    /// <summary>The tensors of two files are equal bit by bit.</summary>
    public static void AssertSameTensors(string expected, string actual)
    {
        using var a = SafetensorsFile.Open(expected);
        using var b = SafetensorsFile.Open(actual);
        Assert.Equal(a.Names, b.Names);
        foreach (var name in a.Names)
        {
            if (a[name].Type == SafetensorsType.I64) Assert.Equal(a.ReadInt64(name), b.ReadInt64(name));
            else Assert.Equal(Array.ConvertAll(a.ReadSingle(name), BitConverter.SingleToInt32Bits),
                Array.ConvertAll(b.ReadSingle(name), BitConverter.SingleToInt32Bits));
        }
    }

    /// <summary>Puts a copy of a run in the place of another.</summary>
    public void Copy(string run, string copy)
    {
        if (Directory.Exists(In(copy))) Directory.Delete(In(copy), recursive: true);
        foreach (var file in Directory.GetFiles(In(run), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(In(copy), Path.GetRelativePath(In(run), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>A tiny search that has been run once, as <c>whole</c>.</summary>
public sealed class FinishedSearch : TinySearch
{
    public FinishedSearch() => Assert.Equal(0, Command.Run(Args("whole")).Code);
}

using MIOpenDarts.Darts.Data;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>Damaged and hostile tar and Parquet files: one line, little memory.</summary>
public sealed class DamagedSetTests : IDisposable
{
    private const long LittleMemory = 64 << 20;
    private readonly string folder = Directory.CreateTempSubdirectory("damaged").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.parquet")]
    public void A_file_that_is_cut_off_is_named(string name)
    {
        var path = Path.Combine(folder, name);
        var whole = File.ReadAllBytes(name == "a.tar" ? EncodedSets.Tar(path, labels: false) : EncodedSets.Parquet(path));
        // Two empty blocks end a tar file, but many a program leaves them out.
        for (var length = 0; length < whole.Length - 1024; length += 97)
        {
            File.WriteAllBytes(path, whole[..length]);
            if (Outcome(path) is { } message) Assert.StartsWith(path, message, StringComparison.Ordinal);
            else Assert.True(name == "a.tar" && length % 512 == 0 && length > 0, $"{length} of {whole.Length} bytes were read");
        }
    }

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.parquet")]
    public void Changed_bytes_are_told_in_one_line_and_take_little_memory(string name)
    {
        var path = Path.Combine(folder, name);
        var whole = File.ReadAllBytes(name == "a.tar" ? EncodedSets.Tar(path, labels: false) : EncodedSets.Parquet(path));
        var random = new CounterRandom(7, RandomStream.Weights);
        for (var trial = 0; trial < 600; trial++)
        {
            var changed = whole.ToArray();
            // Half of them where the lengths stand: at the end of a table.
            var at = trial % 2 == 0 ? random.NextInt32(whole.Length) : whole.Length - 1 - random.NextInt32(Math.Min(1200, whole.Length));
            for (var k = 0; k < 1 + trial % 9 && at + k < whole.Length; k++) changed[at + k] = (byte)random.NextInt32(256);
            File.WriteAllBytes(path, changed);
            var before = GC.GetAllocatedBytesForCurrentThread();
            if (Outcome(path) is { } message) Assert.StartsWith(path, message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, LittleMemory);
        }
    }

    private static string? Outcome(string path)
    {
        try
        {
            DataSource.Open(path, 8);
            return null;
        }
        catch (DataException e)
        {
            Assert.Equal(e.Message, e.Message.ReplaceLineEndings(" "));
            return e.Message;
        }
    }
}

using System.IO.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Python;
using MIOpenDarts.Darts.Data.Tables;
using MIOpenDarts.Layers.Randomness;
using Parquet;
using Parquet.Meta;

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

    [Fact]
    public void A_kind_of_entry_that_is_not_known_is_told()
    {
        var path = EncodedSets.Tar(Path.Combine(folder, "a.tar"), labels: false);
        var changed = File.ReadAllBytes(path);
        // The first entry becomes a sparse file of GNU's old form.
        changed[156] = (byte)'S';
        TarBlocks.Seal(changed, 0);
        File.WriteAllBytes(path, changed);
        Assert.StartsWith($"{path}: the archive cannot be read", Outcome(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('L', 512 << 20, "a.tar")]
    [InlineData('K', 512 << 20, "a.tar")]
    [InlineData('x', 512 << 20, "a.tar")]
    [InlineData('g', 512 << 20, "a.tar")]
    [InlineData('L', 512 << 20, "a.tar.gz")]
    [InlineData('x', 512 << 20, "a.tar.gz")]
    public void Names_and_attributes_that_claim_much_take_no_memory(char type, int claimed, string name)
    {
        var path = Path.Combine(folder, name);
        // As long as the header says, which takes no room on the disk or packed.
        using (var file = File.Create(path))
        using (var archive = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file)
        {
            archive.Write(TarBlocks.Header("././@LongLink", type, claimed));
            if (archive.CanSeek) archive.SetLength(archive.Length + claimed + (1 << 20));
            else
                for (var k = 0; k <= claimed >> 20; k++) archive.Write(new byte[1 << 20]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Outcome(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, LittleMemory);
        Assert.StartsWith($"{path}: the archive cannot be read", message, StringComparison.Ordinal);
        Assert.Contains("a name or attributes in it have more than", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dictionary_has_no_more_values_than_its_bytes_have_room_for()
    {
        var path = Path.Combine(folder, "page");
        // A header in Thrift's compact form: a dictionary page (2) of 8 bytes, 8 packed, {values, encoding 0}; numbers are doubled.
        byte[] page = [0x15, 4, 0x15, 16, 0x15, 16, 0x4C, 0x15, 2 * 2, 0x15, 0, 0, 0, .. new byte[8]];
        Check();
        page[8] = 2 * 3;
        Assert.Contains("3 values in 8 bytes", Assert.Throws<InvalidDataException>(Check).Message, StringComparison.Ordinal);

        void Check()
        {
            File.WriteAllBytes(path, page);
            using var file = File.OpenHandle(path);
            ParquetHeaders.CheckPages(file, 0, page.Length, mostBytes: 1000);
        }
    }

    [Fact]
    public async Task Pages_behind_the_end_of_their_chunk_are_not_read()
    {
        var path = EncodedSets.Parquet(Path.Combine(folder, "a.parquet"));
        Assert.Null(Outcome(path));
        ColumnMetaData chunk;
        await using (var reader = await ParquetReader.CreateAsync(path))
            chunk = reader.RowGroups[0].GetMetadata(reader.Schema.DataFields[0])!.MetaData!;
        // Its field 7 in Thrift's compact form is one behind field 6, a number of 64 bits, doubled; the same number of bytes becomes 0.
        var bytes = File.ReadAllBytes(path);
        byte[] size = [0x16, .. Varint(chunk.TotalCompressedSize * 2)];
        var before = (byte[])[0x16, .. Varint(chunk.TotalUncompressedSize * 2)];
        var at = bytes.AsSpan().IndexOf([.. before, .. size]) + before.Length;
        Assert.True(at > before.Length);
        for (var k = 1; k < size.Length; k++) bytes[at + k] = (byte)(k < size.Length - 1 ? 0x80 : 0);
        File.WriteAllBytes(path, bytes);
        Assert.Contains("a column has fewer values than its footer says", Outcome(path), StringComparison.Ordinal);

        static byte[] Varint(long value)
        {
            var coded = new List<byte>();
            for (; value > 127; value >>= 7) coded.Add((byte)(value & 127 | 128));
            return [.. coded, (byte)value];
        }
    }

    [Fact]
    public void A_pickle_of_too_many_objects_is_refused_before_one_is_built()
    {
        var pickle = new byte[5 << 20];
        pickle.AsSpan().Fill((byte)'}');
        using var stream = new MemoryStream(pickle);
        Assert.Contains("opcodes", Assert.Throws<InvalidDataException>(() => PickleScan.Measure(stream)).Message, StringComparison.Ordinal);
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
            if (name == "a.tar") TarBlocks.Seal(changed, at / TarBlocks.Length * TarBlocks.Length);
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

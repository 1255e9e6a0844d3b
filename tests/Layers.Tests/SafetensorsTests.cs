using System.Buffers.Binary;
using System.Text;
using CsCheck;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");

    public void Dispose() => File.Delete(path);

    [Fact]
    public void What_is_written_is_read_back()
    {
        Gen.Select(Gen.Byte.Array[0, 9], Gen.Double.Array[0, 9], Gen.Float.Array[1, 9], Gen.Long.Array[1, 9])
            .Holds((bytes, doubles, floats, longs) =>
        {
            var writer = new SafetensorsWriter();
            writer.Add<byte>("bytes", [bytes.Length, 1], bytes);
            writer.Add("doubles", doubles, doubles.Length);
            writer.Add("floats", floats, 1, floats.Length);
            writer.Add("longs", longs, longs.Length);
            writer.Add<int>("scalar", [], new[] { 7 });
            writer.AddMetadata("format", "\"quoted\"");
            using (var stream = File.Create(path)) writer.WriteTo(stream);

            using var file = SafetensorsFile.Open(path);
            Assert.Equal(bytes, file.Read<byte>("bytes"));
            Assert.Equal(doubles, file.ReadDouble("doubles"));
            Assert.Equal(floats, file.ReadSingle("floats"));
            Assert.Equal(longs, file.ReadInt64("longs"));
            Assert.Equal([7], file.Read<int>("scalar"));
            Assert.Empty(file["scalar"].Shape);
            Assert.Equal([1, floats.Length], file["floats"].Shape);
            Assert.Equal("\"quoted\"", file.Metadata["format"]);
            Assert.Equal(5, file.Names.Count);
        }, 50);
    }

    [Fact]
    public void Wide_tensors_lie_on_their_alignment()
    {
        var writer = new SafetensorsWriter();
        writer.Add<byte>("odd", [3], new byte[3]);
        writer.Add("wide", new double[] { 1 }, 1);
        using var stream = new MemoryStream();
        writer.WriteTo(stream);

        var headerBytes = (long)BinaryPrimitives.ReadUInt64LittleEndian(stream.ToArray());
        Assert.Equal(0, headerBytes % 8);
        Assert.Equal(1.0, BinaryPrimitives.ReadDoubleLittleEndian(stream.ToArray().AsSpan(8 + (int)headerBytes)));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'b' starts at byte 4, inside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'a' starts at byte 4, which leaves a hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'a' is F32 [3], which needs 12 bytes, but its offsets span 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "'a' ends at byte 8, but the file has only 7")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes follow the last tensor")]
    [InlineData("""{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8, "'a' has the unknown dtype 'F33'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "'a' has -2 in its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "'a' has 2.5 in its shape")]
    [InlineData("""{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "'a' has shape [4294967296, 4294967296]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "'a' has data_offsets [8, 0]")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "'a' has no shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", 8, "'a' has the unknown field 'x'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "'a'")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "__metadata__ 'k' is not a string")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData("{", 0, "not valid JSON")]
    public void A_hostile_header_is_refused_by_tensor_name(string header, int dataBytes, string expected)
    {
        WriteRaw(header, dataBytes);
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_longer_than_the_format_or_the_file_allows_is_refused()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 100_000_001);
        File.WriteAllBytes(path, bytes);
        Assert.Contains("limit", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 9);
        File.WriteAllBytes(path, bytes);
        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message,
            StringComparison.Ordinal);

        File.WriteAllBytes(path, bytes[..3]);
        Assert.Contains("too few", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_or_a_link_to_one_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no pipes among files; run this elsewhere");
        var folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;
        try
        {
            var (pipe, link) = (Path.Combine(folder, "pipe"), Path.Combine(folder, "link"));
            using (var made = System.Diagnostics.Process.Start("mkfifo", pipe)) made.WaitForExit();
            // Whoever opens the pipe all the same finds a writer and bytes, so that this test fails rather than waits.
            using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            writer.Write(new byte[64]);
            File.CreateSymbolicLink(link, pipe);
            // What bash passes for <(cat weights) is a link to an open pipe without a name.
            using var nameless = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
            foreach (var path in new[] { pipe, link, $"/proc/self/fd/{nameless.GetClientHandleAsString()}" })
            {
                var error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path));
                Assert.Equal($"{path}: the file is empty, or it is a pipe or a device; give a safetensors file", error.Message);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_wrong_type_size_or_name_is_refused_when_reading()
    {
        WriteRaw("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8);
        using var file = SafetensorsFile.Open(path);
        Assert.Contains("'a' is F32, not F64", Assert.Throws<InvalidDataException>(() => file.ReadDouble("a")).Message,
            StringComparison.Ordinal);
        Assert.Contains("2 elements, not 3", Assert.Throws<InvalidDataException>(() => file.Read<float>("a", new float[3])).Message,
            StringComparison.Ordinal);
        Assert.Contains("no tensor 'b'", Assert.Throws<InvalidDataException>(() => file.ReadSingle("b")).Message, StringComparison.Ordinal);
        Assert.False(file.Contains("b"));
    }

    [Fact]
    public void A_writer_refuses_a_taken_name_and_values_that_do_not_fill_the_shape()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", new float[2], 2);
        Assert.Throws<ArgumentException>(() => writer.Add("a", new float[2], 2));
        Assert.Throws<ArgumentException>(() => writer.Add("b", new float[2], 3));
        Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", new float[2], 2));
    }

    private void WriteRaw(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
    }
}

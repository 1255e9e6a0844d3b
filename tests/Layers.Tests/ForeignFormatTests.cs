using System.IO.Compression;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests;

/// <summary>Files that users take for weights are told as what they are.</summary>
public sealed class ForeignFormatTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("resnet/data.pkl", "torch.save", "safetensors.torch.save_file")]
    [InlineData("stem.npy", "NumPy archive", "safetensors.numpy.save_file")]
    public void A_zip_archive_is_one_of_PyTorch_or_NumPy(string member, params string[] words)
    {
        using (var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        using (var stream = archive.CreateEntry(member).Open()) stream.Write(new byte[1000]);
        Refused(words);
    }

    [Theory]
    [InlineData("\u0080\u0002}q\u0000(X\u0005", "pickle", "before 1.6")]
    [InlineData("\u0093NUMPY\u0001\u0000v\u0000", ".npy")]
    [InlineData("\u0089HDF\r\n\u001a\n\u0000", "HDF5")]
    [InlineData("GGUF\u0003\u0000\u0000\u0000\u0001", "GGUF")]
    [InlineData("\u001f\u008b\u0008\u0000\u0000", "gzip", "unpack")]
    [InlineData("\u0020\u0000\u0000\u0000TFL3\u0000", "TensorFlow Lite")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:", "git lfs pull")]
    [InlineData("<!DOCTYPE html>\n<html>", "web page", "download")]
    [InlineData("\u0008\u0008\u0012\u0007pytorch", "ONNX")]
    public void A_file_is_known_by_its_first_bytes(string head, params string[] words)
    {
        File.WriteAllBytes(path, [.. head.Select(c => (byte)c)]);
        Refused(words);
    }

    [Fact]
    public void A_tar_archive_is_known_by_the_mark_behind_its_first_name()
    {
        var bytes = new byte[1024];
        "weights"u8.CopyTo(bytes);
        "ustar"u8.CopyTo(bytes.AsSpan(257));
        File.WriteAllBytes(path, bytes);
        Refused("tar archive");
    }

    [Theory]
    [InlineData(0x0280)]
    [InlineData(0x0208)]
    [InlineData(0x8b1f)]
    public void A_header_whose_length_looks_like_another_format_is_read(int length)
    {
        var name = new string('n', length - "{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}".Length);
        var json = System.Text.Encoding.UTF8.GetBytes($$$"""{"{{{name}}}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""");
        Assert.Equal(length, json.Length);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)length), .. json, 7]);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal([(byte)7], file.Read<byte>(name));
    }

    private void Refused(params string[] words)
    {
        var message = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message;
        Assert.StartsWith(path + ": is no safetensors file but ", message);
        Assert.All(words, word => Assert.Contains(word, message));
    }
}

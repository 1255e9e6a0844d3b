using System.IO.Hashing;
using System.Text;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Interop.Rtc;

namespace MIOpenDarts.Darts.Data;

/// <summary>
/// Indices of large data sets on disk, one file for each folder or archive. A folder that cannot be written is no error: then everything is
/// indexed each time. A damaged file is found out by its checksum and made anew.
/// </summary>
/// <param name="folder">Where they are kept.</param>
internal sealed class IndexStore(string folder)
{
    private const int ChecksumBytes = 16;
    // Changes within the resolution of a file system's clock cannot be told by it.
    private const long Settled = 2 * TimeSpan.TicksPerSecond;
    private static ReadOnlySpan<byte> Magic => "MDIX1\n\0\0"u8;

    /// <summary>The store beside the kernels' cache, in MIOPENDARTS_CACHE or the user's cache directory.</summary>
    public static IndexStore Default =>
        new(Path.Combine(Path.GetDirectoryName(CodeObjectCache.Default().Directory)!, "index"));

    /// <summary>Whether what was written at a time (ticks, UTC) may be kept: a later change has another time.</summary>
    public static bool IsSettled(long written) => written < DateTime.UtcNow.Ticks - Settled;

    /// <summary>What was kept of a folder or archive; null for nothing, or where it is damaged.</summary>
    public BinaryReader? Open(string data)
    {
        try
        {
            var path = PathOf(data);
            if (!File.Exists(path)) return null;
            var bytes = File.ReadAllBytes(path);
            var body = bytes.AsSpan(0, Math.Max(bytes.Length - ChecksumBytes, 0));
            if (!body.StartsWith(Magic) || !XxHash128.Hash(body).AsSpan().SequenceEqual(bytes.AsSpan(body.Length))) return null;
            return new BinaryReader(new MemoryStream(bytes, Magic.Length, body.Length - Magic.Length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps something.</summary>
    public void Save(string data, Action<BinaryWriter> write)
    {
        try
        {
            using var body = new MemoryStream();
            body.Write(Magic);
            using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true)) write(writer);
            var bytes = body.ToArray();
            Directory.CreateDirectory(folder);
            WholeFile.Write(PathOf(data), stream =>
            {
                stream.Write(bytes);
                stream.Write(XxHash128.Hash(bytes));
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start indexes again.
        }
    }

    /// <summary>Forgets a folder or archive.</summary>
    public void Forget(string data)
    {
        try
        {
            File.Delete(PathOf(data));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be deleted is checked again, and is no worse than before.
        }
    }

    private string PathOf(string data) =>
        Path.Combine(folder, Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(Path.GetFullPath(data)))) + ".index");
}

using System.Text;

namespace MIOpenDarts.Darts.Files;

/// <summary>
/// Writes files that appear under their name only when they are whole: a reader, or a resume after a kill, finds the old file or the new
/// one, never half of it, and a write that fails leaves nothing behind.
/// </summary>
public static class WholeFile
{
    private const string Unfinished = ".tmp";

    // What this program writes whole into a folder of its own; other names in it are the user's.
    private static readonly string[] Swept = [".safetensors", ".json", ".html", ".txt", ".svg", ".dot"];

    /// <summary>Writes a text in UTF-8.</summary>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was there stays.</exception>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes what a routine puts into a stream.</summary>
    /// <param name="path">The file. A device is written to as it is.</param>
    /// <param name="write">Puts the contents into the stream.</param>
    /// <param name="lasting">Whether it is to be on the disk, not only with the operating system, before it takes its name.</param>
    /// <returns>Size in bytes.</returns>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was there stays.</exception>
    public static long Write(string path, Action<Stream> write, bool lasting = false)
    {
        if (IsDevice(path)) return Fill(path, write, lasting);
        var unfinished = path + Unfinished;
        try
        {
            var bytes = Fill(unfinished, write, lasting);
            File.Move(unfinished, path, overwrite: true);
            return bytes;
        }
        catch
        {
            TryDelete(unfinished);
            throw;
        }
    }

    /// <summary>Removes what a process that was killed left unfinished in a folder of its own.</summary>
    public static void Sweep(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Unfinished))
            if (Swept.Contains(Path.GetExtension(file[..^Unfinished.Length]))) TryDelete(file);
    }

    private static long Fill(string path, Action<Stream> write, bool lasting)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
        write(stream);
        if (lasting) stream.Flush(flushToDisk: true);
        return stream.CanSeek ? stream.Length : 0;
    }

    // A file that took its name would stand in a device's place.
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows() && Path.GetFullPath(path) is var full && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal));

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to tell; the next write takes the name again.
        }
    }
}

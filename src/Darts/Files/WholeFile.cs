using System.Text;

namespace MIOpenDarts.Darts.Files;

/// <summary>
/// Writes files that appear under their name only when they are whole: a reader, or a resume after a kill, finds the old file or the new
/// one, never half of it, and a write that fails leaves nothing behind.
/// </summary>
internal static class WholeFile
{
    /// <summary>How the name of a file ends until it is whole: no name that a user would choose.</summary>
    public const string Unfinished = ".miopendarts-unfinished";

    /// <summary>Writes a text in UTF-8.</summary>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was there stays.</exception>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes what a routine puts into a stream.</summary>
    /// <param name="path">The file. Of a link the file at its end is written; a device or a named pipe is written to as it is.</param>
    /// <param name="write">Puts the contents into the stream.</param>
    /// <param name="lasting">Whether it is to be on the disk, not only with the operating system, before it takes its name.</param>
    /// <returns>Size in bytes.</returns>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was there stays.</exception>
    public static long Write(string path, Action<Stream> write, bool lasting = false)
    {
        var file = IsDevice(path) || new FileInfo(path).LinkTarget is null
            ? path
            : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (IsDevice(file)) return Fill(new FileStream(file, FileMode.Create, FileAccess.Write), write, lasting);
        if (Pipe(file) is { } pipe) return Fill(pipe, write, lasting);
        var unfinished = file + Unfinished;
        try
        {
            var bytes = Fill(new FileStream(unfinished, FileMode.Create, FileAccess.Write), write, lasting);
            File.Move(unfinished, file, overwrite: true);
            return bytes;
        }
        catch
        {
            TryDelete(unfinished);
            throw;
        }
    }

    /// <summary>Removes what a process that was killed left unfinished in a folder.</summary>
    public static void Sweep(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Unfinished)) TryDelete(file);
    }

    private static long Fill(FileStream stream, Action<Stream> write, bool lasting)
    {
        using (stream)
        {
            write(stream);
            if (lasting) stream.Flush(flushToDisk: true);
            return stream.CanSeek ? stream.Length : 0;
        }
    }

    // Opened once only: a reader takes the first close of a pipe for its end.
    private static FileStream? Pipe(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return null;
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            if (!stream.CanSeek) return stream;
            stream.Dispose();
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // A file that may not be written can still give its name away.
            return null;
        }
    }

    // A file that took its name would stand in a device's place.
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows() && Path.GetFullPath(path) is var full
            && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal));

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; the next write takes the name again.
        }
    }
}

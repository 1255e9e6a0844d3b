using System.Diagnostics;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// Keeps a second process out of a run folder. The operating system lets go of it when the process ends, however it ends.
/// </summary>
internal static class RunLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private const int LinuxTryAgain = 11;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Takes the lock; disposing the stream gives it back.</summary>
    /// <exception cref="RunFolderException">Another search holds it.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream Take(string folder) => TryTake(FileOf(folder)) ?? throw Held(folder);

    /// <summary>Takes the lock of a folder in which several processes work, each for a moment; waits for the others.</summary>
    /// <exception cref="RunFolderException">It is held for longer than that.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream Await(string folder)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience; Thread.Sleep(20))
            if (TryTake(FileOf(folder)) is { } held) return held;
        throw Held(folder);
    }

    /// <summary>Takes a lock; null where another process has it.</summary>
    /// <param name="file">The file that is locked; it stays unless the options say otherwise.</param>
    /// <param name="options">Of the file.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream? TryTake(string file, FileOptions options = FileOptions.None)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, options);
        }
        catch (IOException e) when (e.HResult is LinuxTryAgain or WindowsSharingViolation)
        {
            return null;
        }
    }

    private static string FileOf(string folder) => Path.Combine(folder, ".lock");

    private static RunFolderException Held(string folder) =>
        new($"{folder}: another search works in this folder; let it end or stop it first");
}

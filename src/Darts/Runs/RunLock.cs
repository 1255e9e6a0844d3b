using System.Diagnostics;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// Keeps a second process out of a run folder, by a <see cref="FileLock"/>.
/// </summary>
internal static class RunLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Takes the lock; disposing the stream gives it back.</summary>
    /// <exception cref="RunFolderException">Another search holds it.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream Take(string folder) => FileLock.TryTake(FileOf(folder)) ?? throw Held(folder);

    /// <summary>Takes the lock of a folder in which several processes work, each for a moment; waits for the others.</summary>
    /// <exception cref="RunFolderException">It is held for longer than that.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream Await(string folder)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience; Thread.Sleep(20))
            if (FileLock.TryTake(FileOf(folder)) is { } held) return held;
        throw Held(folder);
    }

    private static string FileOf(string folder) => Path.Combine(folder, ".lock");

    private static RunFolderException Held(string folder) =>
        new($"{folder}: another search works in this folder; let it end or stop it first");
}

namespace MIOpenDarts.Darts.Files;

/// <summary>A lock between processes. The operating system lets go of it when its process ends, however it ends.</summary>
internal static class FileLock
{
    private const int LinuxTryAgain = 11;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Takes a lock; disposing the stream gives it back. Null where another process, or this one, has it.</summary>
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

    /// <summary>Takes a lock that others hold for a moment each.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream Await(string file)
    {
        for (; ; Thread.Sleep(5))
            if (TryTake(file) is { } held) return held;
    }
}

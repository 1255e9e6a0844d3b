namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// Keeps a second process out of a run folder. The operating system lets go of it when the process ends, however it ends.
/// </summary>
internal static class RunLock
{
    private const int LinuxTryAgain = 11;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Takes the lock; disposing the stream gives it back.</summary>
    /// <exception cref="RunFolderException">Another search holds it.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream Take(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is LinuxTryAgain or WindowsSharingViolation)
        {
            throw new RunFolderException($"{folder}: another search works in this folder; let it end or stop it first", e);
        }
    }
}

namespace MIOpenDarts.Darts.Files;

/// <summary>Why a file cannot be read, in words for whoever gave its name.</summary>
internal static class UnreadableFile
{
    /// <summary>A few words that follow a colon; the operating system's own where there are none.</summary>
    public static string Why(string path, Exception e) => e switch
    {
        _ when path.Length == 0 => "the name is empty",
        _ when Directory.Exists(path) => "it is a folder, not a file",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "reading it is not allowed here",
        _ => e.Message.TrimEnd('.'),
    };
}

namespace MIOpenDarts.Layers.Machine;

/// <summary>Files in which Linux describes machine and process.</summary>
internal static class SystemFile
{
    /// <summary>The lines of a file; none where it is not there, or may not or cannot be read.</summary>
    public static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

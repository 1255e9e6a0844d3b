namespace MIOpenDarts.Darts.Data;

/// <summary>Tells files from what would be waited for without end when it is opened.</summary>
internal static class RegularFile
{
    /// <summary>
    /// Whether opening a file can give anything. Pipes, sockets and devices say that they have no bytes, as an empty file does. A file that
    /// is not there passes, because opening it tells best what is wrong.
    /// </summary>
    /// <exception cref="IOException">A link leads round in a circle.</exception>
    public static bool HasContents(string path) => Length(path) is not 0;

    /// <summary>Bytes of a file, or of the file that a link leads to, whose own length is that of its text; null for none.</summary>
    /// <exception cref="IOException">A link leads round in a circle.</exception>
    public static long? Length(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is null) return file.Exists ? file.Length : null;
        return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : 0;
    }
}

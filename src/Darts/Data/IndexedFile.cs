namespace MIOpenDarts.Darts.Data;

/// <summary>A file as it was when it was indexed.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Length">Bytes; 0 for what has none, such as a pipe.</param>
/// <param name="Written">Ticks of its time (UTC).</param>
internal readonly record struct IndexedFile(string Path, long Length, long Written)
{
    /// <summary>Looks at a file, or at the file that a link leads to. What cannot be looked at is told when it is read.</summary>
    public static IndexedFile From(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            return file.Exists ? new IndexedFile(path, file.Length, file.LastWriteTimeUtc.Ticks) : new IndexedFile(path, 0, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new IndexedFile(path, 0, 0);
        }
    }
}

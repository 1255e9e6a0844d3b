using System.Formats.Tar;

namespace MIOpenDarts.Darts.Data.Archives;

/// <summary>The files in a tar archive.</summary>
internal static class TarEntries
{
    /// <summary>Those with contents, in the order in which they lie there.</summary>
    /// <param name="archive">The archive, unpacked.</param>
    /// <exception cref="InvalidDataException">It is damaged, or a header claims too much.</exception>
    public static IEnumerable<TarEntry> Of(Stream archive)
    {
        using var headers = new TarHeaders(archive);
        using var tar = new TarReader(headers);
        while (tar.GetNextEntry() is { } entry)
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile) yield return entry;
    }
}

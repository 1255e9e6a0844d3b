using System.Formats.Tar;
using System.Globalization;
using System.Text;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data.Archives;

/// <summary>Where an image lies in a tar file.</summary>
/// <param name="Name">Its name there, with folders.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Label">Its class, from the file <c>.cls</c> of the same name; negative without one.</param>
internal readonly record struct TarImage(string Name, long Offset, long Length, int Label);

/// <summary>
/// The images of a tar file by their offsets, so that they are read in any order. One pass over the headers makes it; it is kept on disk
/// and made anew when the file has another length or time.
/// </summary>
internal static class TarIndex
{
    private const string LabelEnding = ".cls";
    private const int MostLabel = 64;

    /// <summary>The images of a file, in the order in which they lie there.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public static TarImage[] Of(IndexedFile file, IndexStore store)
    {
        using (var kept = store.Open(file.Path))
            if (kept is not null && (kept.ReadInt64(), kept.ReadInt64()) == (file.Length, file.Written)) return Read(kept);
        var images = Scan(file.Path, file.Length);
        if (!IndexStore.IsSettled(file.Written)) return images;
        store.Save(file.Path, writer =>
        {
            writer.Write(file.Length);
            writer.Write(file.Written);
            writer.Write(images.Length);
            foreach (var image in images)
            {
                writer.Write(image.Name);
                writer.Write(image.Offset);
                writer.Write(image.Length);
                writer.Write(image.Label);
            }
        });
        return images;
    }

    private static TarImage[] Read(BinaryReader reader)
    {
        var images = new TarImage[reader.ReadInt32()];
        for (var k = 0; k < images.Length; k++)
            images[k] = new TarImage(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32());
        return images;
    }

    private static TarImage[] Scan(string path, long fileBytes)
    {
        var (images, labels) = (new List<TarImage>(), new Dictionary<string, int>());
        try
        {
            if (!RegularFile.HasContents(path)) throw new EndOfStreamException("it is empty, or a pipe or a device");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
            foreach (var entry in TarEntries.Of(stream))
            {
                if (Path.GetFileName(entry.Name).StartsWith('.')) continue;
                if (entry.Length > fileBytes - entry.DataOffset)
                    throw new DataException(
                        $"{path}: {OneLine.Of(entry.Name)} in it ends after the end of the file; it is cut off, fetch it again");
                if (entry.Name.EndsWith(LabelEnding, StringComparison.OrdinalIgnoreCase)) labels[KeyOf(entry.Name)] = LabelOf(path, entry);
                else if (ImageFile.HasName(entry.Name)) images.Add(new TarImage(entry.Name, entry.DataOffset, entry.Length, -1));
            }
        }
        catch (Exception e) when (e is not (DataException or OutOfMemoryException))
        {
            // The library tells damage by exceptions of many types.
            throw new DataException(
                $"{path}: the archive cannot be read ({OneLine.Of(UnreadableFile.Why(path, e))}); it is cut off or damaged, fetch it again",
                e);
        }

        return [.. images.Select(image => image with { Label = labels.GetValueOrDefault(KeyOf(image.Name), -1) })];
    }

    // WebDataset: files of one sample have the same name up to the first dot after the last slash.
    private static string KeyOf(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? name : name[..dot];
    }

    private static int LabelOf(string path, TarEntry entry)
    {
        Span<byte> bytes = stackalloc byte[MostLabel];
        var count = entry.DataStream?.ReadAtLeast(bytes, MostLabel, throwOnEndOfStream: false) ?? 0;
        var text = Encoding.ASCII.GetString(bytes[..count]).Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var label)
            ? label
            : throw new DataException(
                $"{path}: {OneLine.Of(entry.Name)} in it holds '{OneLine.Of(text)}', which is no label; a label is a whole number from 0");
    }
}

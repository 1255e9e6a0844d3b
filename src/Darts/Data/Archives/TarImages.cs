using Microsoft.Win32.SafeHandles;
using MIOpenDarts.Darts.Data.Encoded;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data.Archives;

/// <summary>Images in tar files, read at their offsets. A file that was changed since it was indexed is refused.</summary>
/// <param name="files">The tar files as they were indexed.</param>
/// <param name="images">Their images, each with the number of its file.</param>
internal sealed class TarImages(IndexedFile[] files, (int File, TarImage Image)[] images) : EncodedImages
{
    private readonly Lazy<SafeFileHandle>[] handles =
        Array.ConvertAll(files, file => new Lazy<SafeFileHandle>(() => File.OpenHandle(file.Path)));

    public override int Count => images.Length;

    public override string Name(int index) => $"{files[images[index].File].Path}: {OneLine.Of(images[index].Image.Name)}";

    // The same as of a file in a folder.
    public override string Identity(int index)
    {
        var image = images[index].Image;
        return $"{Path.GetFileName(Path.GetDirectoryName(image.Name))}/{Path.GetFileName(image.Name)} {image.Length}";
    }

    public override byte[] Read(int index)
    {
        var (file, image) = images[index];
        if (image.Length > ImageFile.MostBytes)
            throw new DataException($"{Name(index)}: the file has more than {ImageFile.MostBytes >> 20} MiB");
        try
        {
            var (bytes, handle) = (new byte[image.Length], handles[file].Value);
            for (var read = 0; read < bytes.Length;)
            {
                var more = RandomAccess.Read(handle, bytes.AsSpan(read), image.Offset + read);
                if (more == 0) break;
                read += more;
            }

            // Of what was read: a file that took the name since does not matter.
            var now = RandomAccess.GetLength(handle);
            return now == files[file].Length && File.GetLastWriteTimeUtc(handle).Ticks == files[file].Written
                ? bytes
                : throw new ChangedFileException(files[file].Path, "it", files[file].Length, now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{Name(index)}: the file cannot be read: {UnreadableFile.Why(files[file].Path, e)}", e);
        }
    }
}

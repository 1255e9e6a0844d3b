using Microsoft.Win32.SafeHandles;
using MIOpenDarts.Darts.Data.Encoded;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data.Archives;

/// <summary>Images in tar files, read at their offsets.</summary>
/// <param name="files">The tar files.</param>
/// <param name="images">Their images, each with the number of its file.</param>
internal sealed class TarImages(string[] files, (int File, TarImage Image)[] images) : EncodedImages
{
    private readonly Lazy<SafeFileHandle>[] handles =
        Array.ConvertAll(files, file => new Lazy<SafeFileHandle>(() => File.OpenHandle(file)));

    public override int Count => images.Length;

    public override string Name(int index) => $"{files[images[index].File]}: {OneLine.Of(images[index].Image.Name)}";

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
            var bytes = new byte[image.Length];
            for (var read = 0; read < bytes.Length;)
            {
                var more = RandomAccess.Read(handles[file].Value, bytes.AsSpan(read), image.Offset + read);
                if (more == 0) throw new EndOfStreamException("it ends before");
                read += more;
            }

            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{Name(index)}: the file cannot be read: {UnreadableFile.Why(files[file], e)}", e);
        }
    }
}

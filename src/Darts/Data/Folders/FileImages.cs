using MIOpenDarts.Darts.Data.Encoded;

namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>Image files. What was changed since it was indexed is refused when it is read.</summary>
/// <param name="files">The files.</param>
/// <param name="index">The index that they come from.</param>
internal sealed class FileImages(IndexedFile[] files, FolderIndex index) : EncodedImages
{
    public override int Count => files.Length;

    public override string Name(int index) => files[index].Path;

    public override string Identity(int index)
    {
        var path = files[index].Path;
        return $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)} {files[index].Length}";
    }

    public override byte[] Read(int image)
    {
        var file = files[image];
        var bytes = ImageFile.Load(file.Path);
        if (bytes.Length == file.Length && IndexedFile.From(file.Path) == file) return bytes;
        index.Forget();
        throw new ChangedFileException(file.Path, "its folder", file.Length, bytes.Length);
    }
}

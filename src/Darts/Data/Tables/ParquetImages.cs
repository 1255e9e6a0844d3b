using MIOpenDarts.Darts.Data.Encoded;

namespace MIOpenDarts.Darts.Data.Tables;

/// <summary>
/// Images in Parquet files. A row group is read and unpacked as a whole, so the last ones are kept within a bound.
/// </summary>
/// <param name="files">The files.</param>
/// <param name="rows">Of each image its file, row group and row.</param>
internal sealed class ParquetImages(ParquetFile[] files, (int File, int Group, int Row)[] rows) : EncodedImages
{
    private const long MostKept = 256L << 20;
    private readonly Dictionary<(int File, int Group), LinkedListNode<((int, int) Key, byte[]?[] Images)>> kept = [];
    private readonly LinkedList<((int File, int Group) Key, byte[]?[] Images)> recent = new();
    private readonly Lock gate = new();
    private long bytes;

    public override int Count => rows.Length;

    public override string Name(int index) => $"{files[rows[index].File].Path}: row {rows[index].Row} of row group {rows[index].Group}";

    public override string Identity(int index)
    {
        var (file, group, row) = rows[index];
        return $"{Path.GetFileName(files[file].Path)} {files[file].Length} {group} {row}";
    }

    public override byte[] Read(int index)
    {
        var (file, group, row) = rows[index];
        return Group((file, group))[row] ?? throw new DataException($"{Name(index)}: there is no image; leave the row out");
    }

    private byte[]?[] Group((int File, int Group) key)
    {
        lock (gate)
        {
            if (kept.TryGetValue(key, out var node))
            {
                recent.Remove(node);
                recent.AddLast(node);
                return node.Value.Images;
            }
        }

        var images = files[key.File].Images(key.Group);
        lock (gate)
        {
            if (kept.ContainsKey(key)) return images;
            kept[key] = recent.AddLast((key, images));
            bytes += SizeOf(images);
            while (bytes > MostKept && recent.Count > 1)
            {
                bytes -= SizeOf(recent.First!.Value.Images);
                kept.Remove(recent.First.Value.Key);
                recent.RemoveFirst();
            }
        }

        return images;
    }

    private static long SizeOf(byte[]?[] images) => images.Sum(image => (long)(image?.Length ?? 0));
}

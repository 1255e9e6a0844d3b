using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using MIOpenDarts.Darts.Files;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace MIOpenDarts.Darts.Data.Tables;

/// <summary>
/// One Parquet file with encoded images, as Hugging Face writes them: a column of structures {bytes, path} or of bytes, and a column of
/// whole numbers, the labels. Sizes that its headers claim are checked before the library sees them.
/// </summary>
internal sealed class ParquetFile
{
    // Of an unpacked column of a row group.
    private const long MostColumnBytes = 1L << 30;
    private const string Magic = "PAR1";
    private static readonly string[] LabelNames = ["label", "labels", "fine_label", "class", "target"];
    private static readonly string[] ImageNames = ["image", "img", "images", "jpg", "png"];

    private readonly Lock gate = new();
    private readonly SafeFileHandle handle;
    private readonly CheckedPages pages;
    private readonly ParquetReader reader;
    private readonly DataField image;
    private readonly DataField label;

    private ParquetFile(string path, SafeFileHandle handle, CheckedPages pages, ParquetReader reader)
    {
        (Path, this.handle, this.pages, this.reader) = (path, handle, pages, reader);
        image = Column(ImageNames, field => field.ClrType == typeof(ReadOnlyMemory<byte>), "images: bytes, or structures {bytes, path}");
        label = Column(LabelNames, field => field.ClrType == typeof(long) || field.ClrType == typeof(int), "labels: whole numbers");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its bytes.</summary>
    public long Length => RandomAccess.GetLength(handle);

    /// <summary>Names of the columns that are used.</summary>
    public (string Image, string Label) Columns => (image.Path.ToString(), label.Path.ToString());

    /// <summary>Images in each row group.</summary>
    public int[] Groups => [.. reader.RowGroups.Select(group => (int)group.RowCount)];

    /// <summary>Opens a file and checks its metadata.</summary>
    /// <exception cref="DataException">It is damaged, or has no images and labels.</exception>
    public static ParquetFile Open(string path)
    {
        SafeFileHandle? handle = null;
        FileStream? stream = null;
        try
        {
            if (!RegularFile.HasContents(path)) throw new EndOfStreamException("it is empty, or a pipe or a device");
            handle = File.OpenHandle(path);
            RequireFooter(handle);
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var pages = new CheckedPages(stream);
            var file = new ParquetFile(path, handle, pages, ParquetReader.CreateAsync(pages).GetAwaiter().GetResult());
            var left = file.Length;
            for (var group = 0; group < file.reader.RowGroupCount; group++) left -= file.Check(group, left);
            return file;
        }
        catch (Exception e)
        {
            handle?.Dispose();
            stream?.Dispose();
            if (e is DataException or OutOfMemoryException) throw;
            throw Damaged(path, e);
        }
    }

    /// <summary>Labels of all rows.</summary>
    /// <exception cref="DataException">The file is damaged, or a label is missing.</exception>
    public int[] Labels()
    {
        var labels = new List<int>();
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            var numbers = label.ClrType == typeof(long) ? Values<long>(group) : Array.ConvertAll(Values<int>(group), value => (long)value);
            foreach (var number in numbers)
                labels.Add(number is >= -1 and <= int.MaxValue ? (int)number
                    : throw new DataException($"{Path}: row {labels.Count} has the label {number}; labels are whole numbers from 0"));
        }

        return [.. labels];
    }

    /// <summary>The encoded images of a row group; null where a row has none.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public byte[]?[] Images(int group)
    {
        var rows = new byte[]?[(int)reader.RowGroups[group].RowCount];
        try
        {
            lock (gate)
            {
                CheckPages(group, image);
                using var row = reader.OpenRowGroupReader(group);
                row.ReadAsync(image, rows.AsMemory()).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (Exception e) when (e is not (DataException or OutOfMemoryException))
        {
            throw Damaged(Path, e);
        }

        return rows;
    }

    /// <summary>Names of the classes, which Hugging Face keeps in the metadata; null without them.</summary>
    public string[]? ClassNames()
    {
        if (!reader.CustomMetadata.TryGetValue("huggingface", out var json)) return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("info").GetProperty("features").GetProperty(label.Path.ToString())
                .GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Names are a courtesy of the set.
            return null;
        }
    }

    private T[] Values<T>(int group) where T : struct
    {
        var values = new T[(int)reader.RowGroups[group].RowCount];
        try
        {
            lock (gate)
            {
                CheckPages(group, label);
                using var row = reader.OpenRowGroupReader(group);
                if (!label.IsNullable)
                {
                    row.ReadAsync(label, values.AsMemory()).AsTask().GetAwaiter().GetResult();
                    return values;
                }

                var found = new T?[values.Length];
                row.ReadAsync(label, found.AsMemory()).AsTask().GetAwaiter().GetResult();
                return Array.ConvertAll(found, value => value
                    ?? throw new DataException($"{Path}: a row has no label; fill the column {label.Path} or leave the row out"));
            }
        }
        catch (Exception e) when (e is not (DataException or OutOfMemoryException))
        {
            throw Damaged(Path, e);
        }
    }

    private DataField Column(string[] names, Func<DataField, bool> fits, string what)
    {
        DataField[] fitting = [.. reader.Schema.DataFields.Where(field => !field.IsArray && fits(field))];
        return names.Select(name => Array.Find(fitting, field => TopOf(field) == name)).FirstOrDefault(field => field is not null)
            ?? (fitting is [var only] ? only : throw new DataException(
                $"{Path}: has {(fitting.Length == 0 ? "no column" : "several columns")} of {what}; it has "
                + $"{OneLine.Of(string.Join(", ", reader.Schema.DataFields.Select(field => field.Path.ToString())))}; name it {names[0]}"));
    }

    private static string TopOf(DataField field) => field.Path.ToString().Split('/', '.')[0];

    // The library allocates what the footer says.
    private static void RequireFooter(SafeFileHandle handle)
    {
        var length = RandomAccess.GetLength(handle);
        Span<byte> tail = stackalloc byte[8];
        if (length < 12 || RandomAccess.Read(handle, tail, length - 8) < 8 || !tail[4..].SequenceEqual("PAR1"u8))
            throw new InvalidDataException($"it does not end with {Magic}");
        var footer = new byte[BinaryPrimitives.ReadUInt32LittleEndian(tail) is var bytes && bytes <= length - 12 ? bytes
            : throw new InvalidDataException("its footer is larger than the file")];
        RandomAccess.Read(handle, footer, length - 8 - footer.Length);
        ParquetHeaders.CheckFooter(footer);
    }

    // Rows of a group. A row of the set takes a byte at least.
    private long Check(int group, long mostRows)
    {
        var rows = reader.RowGroups[group].RowCount;
        if (rows < 0 || rows > mostRows) throw new InvalidDataException($"a row group has {rows} rows");
        foreach (var field in new[] { image, label })
        {
            var meta = reader.RowGroups[group].GetMetadata(field)?.MetaData
                ?? throw new InvalidDataException($"a row group has no column {field.Path}");
            var (start, fileBytes) = (Start(meta), RandomAccess.GetLength(handle));
            if (meta.NumValues != rows || start < 0 || meta.TotalCompressedSize < 0 || start > fileBytes - meta.TotalCompressedSize)
                throw new InvalidDataException(
                    $"the column {field.Path} says that it has {meta.NumValues} values in {meta.TotalCompressedSize} bytes from {start}");
        }

        return rows;
    }

    private void CheckPages(int group, DataField field)
    {
        var meta = reader.RowGroups[group].GetMetadata(field)!.MetaData!;
        ParquetHeaders.CheckPages(handle, Start(meta), meta.TotalCompressedSize, MostColumnBytes);
        pages.End = Start(meta) + meta.TotalCompressedSize;
    }

    // Where the library begins to read.
    private static long Start(ColumnMetaData meta) =>
        new[] { meta.IndexPageOffset ?? 0, meta.DictionaryPageOffset ?? 0, meta.DataPageOffset }
            .Where(at => at != 0).DefaultIfEmpty().Min();

    private static DataException Damaged(string path, Exception e) => new(
        $"{path}: the table cannot be read ({OneLine.Of(UnreadableFile.Why(path, e))}); it is cut off or damaged, fetch it again", e);
}

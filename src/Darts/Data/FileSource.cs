using System.Formats.Tar;
using System.IO.Compression;
using MIOpenDarts.Darts.Data.Archives;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data;

/// <summary>Files of a set by their names alone: in a folder, or still packed in a tar archive, whose folders do not count.</summary>
internal abstract class FileSource
{
    // Of an unpacked file. The largest of the sets that are read so, CIFAR-100's training images, has 155 MB.
    private const long MostBytes = 1L << 30;
    // Of an archive, which a bomb may have without end: the sets have a dozen, with short names.
    private const int MostNames = 1 << 16;
    private const int MostName = 255;

    /// <summary>Whether there is a file of this name.</summary>
    public abstract bool Has(string name);

    /// <summary>What a description of the set adds to its form; empty for a folder.</summary>
    public abstract string Kind { get; }

    /// <summary>A folder.</summary>
    public static FileSource Folder(string folder) => new FilesOfFolder(folder);

    /// <summary>An archive, <c>.tar</c>, <c>.tar.gz</c> or <c>.tgz</c>; null for a file with another name.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public static FileSource? Archive(string path) =>
        path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase)
            ? new FilesOfArchive(path)
            : null;

    /// <summary>Reads some of the files.</summary>
    /// <exception cref="DataException">One cannot be read, or is too large.</exception>
    public abstract IReadOnlyDictionary<string, byte[]> Read(IReadOnlyCollection<string> names);

    // What a header claims is not trusted: memory is taken for what the file can hold.
    private static byte[] Take(string name, Stream stream, long length, long most)
    {
        if (length > most)
            throw new DataException($"{name}: says that a file in it has {length} bytes, but ends before; it is cut off, fetch it again");
        if (length > MostBytes) throw new DataException($"{name}: has {length} bytes, more than the {MostBytes} that such a file may have");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed class FilesOfFolder(string folder) : FileSource
    {
        public override string Kind => "";

        public override bool Has(string name) => File.Exists(Path.Combine(folder, name));

        public override IReadOnlyDictionary<string, byte[]> Read(IReadOnlyCollection<string> names) =>
            names.ToDictionary(name => name, name =>
        {
            var path = Path.Combine(folder, name);
            try
            {
                if (!RegularFile.HasContents(path))
                    throw new DataException($"{path}: the file is empty, or it is a pipe or a device; fetch it again");
                using var stream = File.OpenRead(path);
                return Take(path, stream, stream.Length, stream.Length);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DataException($"{path}: the file cannot be read: {UnreadableFile.Why(path, e)}", e);
            }
        });
    }

    private sealed class FilesOfArchive : FileSource
    {
        private readonly string path;
        private readonly HashSet<string> names = [];

        public FilesOfArchive(string path)
        {
            this.path = path;
            ForEach(entry =>
            {
                if (names.Count < MostNames && NameOf(entry) is { Length: <= MostName } name) names.Add(name);
            });
        }

        public override string Kind => ", packed";

        public override bool Has(string name) => names.Contains(name);

        public override IReadOnlyDictionary<string, byte[]> Read(IReadOnlyCollection<string> wanted)
        {
            var read = new Dictionary<string, byte[]>();
            ForEach(entry =>
            {
                if (wanted.Contains(NameOf(entry)) && entry.DataStream is { } stream)
                    read[NameOf(entry)] = Take(path, stream, entry.Length, Expanded);
            });
            return wanted.Except(read.Keys).FirstOrDefault() is { } missing
                ? throw new DataException($"{path}: the file {missing} in it is empty; the archive is damaged, fetch it again")
                : read;
        }

        private bool IsPlain => path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

        private long Expanded => (RegularFile.Length(path) ?? 0) * (IsPlain ? 1 : DataFile.MaxExpansion);

        private static string NameOf(TarEntry entry) => Path.GetFileName(entry.Name);

        private void ForEach(Action<TarEntry> visit)
        {
            try
            {
                if (!RegularFile.HasContents(path)) throw new EndOfStreamException("it is empty, or a pipe or a device");
                using var file = File.OpenRead(path);
                using Stream plain = IsPlain ? file
                    : new GZipStream(file, CompressionMode.Decompress);
                foreach (var entry in TarEntries.Of(plain)) visit(entry);
            }
            catch (Exception e) when (e is not (DataException or OutOfMemoryException))
            {
                // The library tells damage by exceptions of many types.
                throw new DataException(
                    $"{path}: the archive cannot be read ({OneLine.Of(UnreadableFile.Why(path, e))}); it is cut off or damaged, fetch it "
                    + "again", e);
            }
        }
    }
}

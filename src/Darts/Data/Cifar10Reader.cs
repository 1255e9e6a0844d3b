namespace MIOpenDarts.Darts.Data;

/// <summary>
/// Reads CIFAR-10 in its binary form (Krizhevsky 2009): <c>data_batch_*.bin</c> and <c>test_batch.bin</c>, records of
/// one label byte and 3x32x32 pixels.
/// </summary>
internal static class Cifar10Reader
{
    private const int Side = 32;
    private const int Channels = 3;
    private const int Classes = 10;
    private const int ImageBytes = Channels * Side * Side;
    private const int RecordBytes = 1 + ImageBytes;

    /// <summary>Whether a folder has training batches.</summary>
    public static bool Recognises(string folder) => TrainFiles(folder).Length > 0;

    public static (ImageSet Train, ImageSet? Test) ReadFolder(string folder)
    {
        var test = Path.Combine(folder, "test_batch.bin");
        return (Read(folder, TrainFiles(folder)), File.Exists(test) ? Read(test, [test]) : null);
    }

    private static string[] TrainFiles(string folder) =>
        Directory.EnumerateFiles(folder, "data_batch_*.bin").OrderBy(file => file.Length).ThenBy(file => file, StringComparer.Ordinal).ToArray();

    private static ImageSet Read(string name, string[] files)
    {
        var records = files.Sum(CountRecords);
        if (records * ImageBytes > Array.MaxLength)
            throw new DataException($"{name}: {records} images are too many for memory; at most {Array.MaxLength / ImageBytes} fit");
        var pixels = new byte[records * ImageBytes];
        var labels = new int[records];
        Span<byte> bytes = stackalloc byte[RecordBytes];
        var next = 0;
        foreach (var path in files)
        {
            using var file = DataFile.Open(path);
            for (long record = 0, count = CountRecords(path); record < count; record++, next++)
            {
                file.Read(bytes, "a record");
                if (bytes[0] >= Classes)
                    throw new DataException($"{path}: record {record} has the label {bytes[0]}; labels go from 0 to {Classes - 1}, so this is not a CIFAR-10 file or it is damaged");
                labels[next] = bytes[0];
                bytes[1..].CopyTo(pixels.AsSpan(next * ImageBytes));
            }
        }

        return new ImageSet(name, Channels, Side, Side, Classes, pixels, labels);
    }

    private static long CountRecords(string path)
    {
        var length = new FileInfo(path).Length;
        return length > 0 && length % RecordBytes == 0
            ? length / RecordBytes
            : throw new DataException($"{path}: {length} bytes are not whole records of {RecordBytes}; the file is truncated or oversized, fetch it again");
    }
}

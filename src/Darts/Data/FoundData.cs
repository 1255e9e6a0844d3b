using MIOpenDarts.Darts.Data.Encoded;

namespace MIOpenDarts.Darts.Data;

/// <summary>A data set that was recognised and is not read yet.</summary>
internal sealed class FoundData
{
    private readonly Func<(int Height, int Width)?, bool, ImageData> read;
    private readonly string name;

    private FoundData(string name, DataDescription description, Func<(int Height, int Width)?, bool, ImageData> read) =>
        (this.name, Description, this.read) = (name, description, read);

    /// <summary>What was recognised and left out, as the names of files tell it.</summary>
    public DataDescription Description { get; }

    /// <summary>Reads the images. Damaged ones are left out and named in the description of the result.</summary>
    /// <param name="size">Rows and columns that the images are brought to; null to keep theirs.</param>
    /// <param name="whole">See <see cref="DataSource.Open(string, int, bool)"/>.</param>
    /// <exception cref="DataException">They cannot be read.</exception>
    public ImageData Read((int Height, int Width)? size = null, bool whole = false)
    {
        try
        {
            return read(size, whole);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{name}: the data cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A set that is read into memory as it is, and then scaled.</summary>
    internal static FoundData InMemory(string name, DataDescription description, Func<ImageData> read) =>
        new(name, description, (size, _) =>
    {
        var data = read() with { Description = description with { Kept = "decoded, in memory" } };
        return size is not var (height, width) ? data : data with
        { Train = data.Train.Scaled(height, width), Test = data.Test?.Scaled(height, width) };
    });

    /// <summary>A set of JPEG or PNG images.</summary>
    internal static FoundData OfEncoded(string name, EncodedSet set) =>
        new(name, set.Description, (size, whole) => new EncodedReader(name, size, whole).Read(set));
}

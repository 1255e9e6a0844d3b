using MIOpenDarts.Darts.Data.Pictures;

namespace MIOpenDarts.Darts.Data.Encoded;

/// <summary>JPEG or PNG images, wherever their bytes lie. They are read one at a time, from any thread, and none is kept.</summary>
internal abstract class EncodedImages
{
    /// <summary>Number of images.</summary>
    public abstract int Count { get; }

    /// <summary>What messages call an image: its file, or the file that it is in and its place there.</summary>
    public abstract string Name(int index);

    /// <summary>What tells an image from others without reading it, wherever the set lies.</summary>
    /// <exception cref="IOException">That cannot be found out.</exception>
    public abstract string Identity(int index);

    /// <summary>The bytes of an image.</summary>
    /// <exception cref="DataException">They cannot be read.</exception>
    public abstract byte[] Read(int index);

    /// <summary>The pixels of an image.</summary>
    /// <exception cref="DataException">It cannot be read or decoded.</exception>
    public Picture Decode(int index, int channels) => PictureDecoder.Decode(Name(index), Read(index), channels);
}

using System.Runtime.InteropServices;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>The pixels of one decoded image, upright. They are the decoder's memory, which <see cref="Dispose"/> frees.</summary>
internal sealed unsafe class Picture : IDisposable
{
    private readonly byte[] managed;
    private readonly int channels;
    private readonly int height;
    private readonly int width;
    private readonly int step;
    private byte* native;

    private Picture(byte* native, byte[] managed, int channels, int height, int width, int step)
    {
        (this.managed, this.channels, this.height, this.width, this.step) = (managed, channels, height, width, step);
        this.native = native;
    }

    /// <summary>Frees memory that nobody disposed of.</summary>
    ~Picture() => Free();

    /// <summary>The pixels.</summary>
    public PixelGrid Pixels => PixelGrid.Interleaved(
        native is null ? managed : new ReadOnlySpan<byte>(native, checked(height * width * step)), channels, height, width, step);

    /// <summary>Pixels that the decoder allocated, turned upright where they are not.</summary>
    /// <param name="native">Bytes [H, W, step].</param>
    /// <param name="channels">Channels that count, at most the step.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="step">Bytes of a pixel.</param>
    /// <param name="orientation">EXIF orientation.</param>
    public static Picture From(byte* native, int channels, int height, int width, int step, int orientation)
    {
        var decoded = new Picture(native, [], channels, height, width, step);
        if (!Turning.Turns(orientation)) return decoded;
        using (decoded)
        {
            var pixels = new ReadOnlySpan<byte>(native, checked(height * width * step)).ToArray();
            return From(pixels, channels, height, width, step, orientation);
        }
    }

    /// <summary>The same of managed pixels.</summary>
    public static Picture From(byte[] pixels, int channels, int height, int width, int step, int orientation)
    {
        var upright = Turning.Turns(orientation) ? Turning.Upright(pixels, step, height, width, orientation) : pixels;
        return Turning.Swaps(orientation)
            ? new Picture(null, upright, channels, width, height, step)
            : new Picture(null, upright, channels, height, width, step);
    }

    /// <summary>Frees the pixels.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // The decoder allocates by AllocHGlobal.
    private void Free()
    {
        Marshal.FreeHGlobal((nint)native);
        native = null;
    }
}

using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// How the copy of one image lies in scratch memory: a border of zeros on every side, so that no kernel asks where the image
/// ends, and the columns of a row sorted by column mod stride, so that a tap's pixels are neighbours for any stride.
/// </summary>
internal readonly struct SourceLayout
{
    public SourceLayout(int height, int width, int channels, int border, int strideH, int strideW, int vectorWidth)
    {
        (Height, Width, Channels, Border, StrideH, StrideW) = (height, width, channels, border, strideH, strideW);
        Period = ChannelPattern.Vectors(channels, vectorWidth);
        var columns = (width + 2 * border + strideW - 1) / strideW;
        PhaseFloats = RoundUp((nint)columns * channels, vectorWidth);
        RowFloats = strideW * PhaseFloats;
    }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>Pixels of zeros on every side.</summary>
    public int Border { get; }

    public int StrideH { get; }

    public int StrideW { get; }

    /// <summary>Vectors in a channel pattern.</summary>
    public int Period { get; }

    /// <summary>Floats of the columns of one remainder.</summary>
    public nint PhaseFloats { get; }

    /// <summary>Floats of a row with its borders.</summary>
    public nint RowFloats { get; }

    /// <summary>Floats of the copy.</summary>
    public nint Floats => (Height + 2 * Border) * RowFloats;

    /// <summary>Place of a pixel, counted from the corner of the border.</summary>
    public nint At(int row, int column) => row * RowFloats + column % StrideW * PhaseFloats + (nint)(column / StrideW) * Channels;

    /// <summary>First bordered column of remainder <paramref name="phase"/> inside the image, divided by the stride.</summary>
    public int FirstColumn(int phase) => (Border - phase + StrideW - 1) / StrideW;

    /// <summary>Columns of remainder <paramref name="phase"/> inside the image.</summary>
    public int Columns(int phase) => (Border + Width - phase + StrideW - 1) / StrideW - FirstColumn(phase);

    /// <summary>Whole vectors of a row's columns of remainder <paramref name="phase"/>.</summary>
    public int Vectors(int phase, int width) => (Columns(phase) * Channels + width - 1) / width;

    /// <summary>Puts columns sorted by remainder back in order.</summary>
    public unsafe float* Interleave(float* dx, float* row)
    {
        for (var w = 0; w < Width; w++)
        {
            var phase = (w + Border) % StrideW;
            var pixel = dx + phase * PhaseFloats + ((nint)(w + Border) / StrideW - FirstColumn(phase)) * Channels;
            new Span<float>(pixel, Channels).CopyTo(new Span<float>(row + (nint)w * Channels, Channels));
        }

        return row;
    }

    public static nint RoundUp(nint floats, nint width) => (floats + width - 1) / width * width;
}

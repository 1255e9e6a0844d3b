namespace MIOpenDarts.Darts.Data;

/// <summary>Turns the bytes of one image into normalised floats, varied on request. Shared by all threads.</summary>
internal sealed class ImageEncoder
{
    private static readonly float[] Bytes = [.. Enumerable.Range(0, 256).Select(value => (float)value)];

    private readonly ImageSet images;
    private readonly Normalization normalization;
    private readonly float[][] tables;

    /// <summary>Encodes images of a set.</summary>
    /// <param name="images">The images.</param>
    /// <param name="normalization">One mean and deviation per channel of the set.</param>
    /// <param name="greyToRgb">Write a grey image three times, for networks with three input channels.</param>
    /// <exception cref="DataException">The channels do not fit.</exception>
    public ImageEncoder(ImageSet images, Normalization normalization, bool greyToRgb = false)
    {
        if (normalization.Mean.Count != images.Channels || normalization.Deviation.Count != images.Channels)
            throw new DataException(
                $"{images.Name}: the normalisation has {normalization.Mean.Count} channels, the images have {images.Channels}; give one " +
                $"value per channel");
        if (greyToRgb && images.Channels != 1)
            throw new DataException($"{images.Name}: images of {images.Channels} channels are not grey; they cannot be copied to three");
        (this.images, this.normalization) = (images, normalization);
        Channels = greyToRgb ? 3 : images.Channels;
        tables = Enumerable.Range(0, images.Channels).Select(normalization.Table).ToArray();
    }

    /// <summary>Channels of an encoded image.</summary>
    public int Channels { get; }

    /// <summary>Rows of an encoded image.</summary>
    public int Height => images.Height;

    /// <summary>Columns of an encoded image.</summary>
    public int Width => images.Width;

    /// <summary>Floats of an encoded image [C, H, W].</summary>
    public int Size => Channels * Height * Width;

    internal ImageSet Images => images;

    /// <summary>Writes an image as it is.</summary>
    /// <param name="index">Number of the image in its set.</param>
    /// <param name="destination">Receives [C, H, W].</param>
    public void Encode(int index, Span<float> destination) => Encode(index, default, destination);

    internal void Encode(int index, in AugmentationDraw draw, Span<float> destination)
    {
        var plane = Height * Width;
        var source = draw.Crop is { } random ? images.Crop(index, random) : images.Image(index);
        var jitter = draw.Jitter != default;
        for (var channel = 0; channel < images.Channels; channel++)
            EncodePlane(source.Slice(channel * plane, plane), jitter ? Bytes : tables[channel], draw,
                destination.Slice(channel * plane, plane));
        if (jitter)
        {
            ColourJitter.Apply(destination[..(images.Channels * plane)], plane, draw.Jitter);
            for (var channel = 0; channel < images.Channels; channel++)
                normalization.Apply(channel, destination.Slice(channel * plane, plane));
        }

        for (var channel = 0; channel < images.Channels && draw.CutoutLength > 0; channel++)
            CutOut(draw, destination.Slice(channel * plane, plane));
        for (var copy = images.Channels; copy < Channels; copy++) destination[..plane].CopyTo(destination.Slice(copy * plane, plane));
    }

    private void EncodePlane(ReadOnlySpan<byte> source, float[] table, in AugmentationDraw draw, Span<float> target)
    {
        var black = table[0];
        var first = Math.Clamp(-draw.Right, 0, Width);
        var end = Math.Clamp(Width - draw.Right, first, Width);
        for (var y = 0; y < Height; y++)
        {
            var row = target.Slice(y * Width, Width);
            var from = y + draw.Down;
            if ((uint)from >= (uint)Height)
            {
                row.Fill(black);
                continue;
            }

            row[..first].Fill(black);
            row[end..].Fill(black);
            var middle = row[first..end];
            if (middle.IsEmpty) continue;
            var pixels = source.Slice(from * Width + first + draw.Right, middle.Length);
            for (var x = 0; x < middle.Length; x++) middle[x] = table[pixels[x]];
            if (draw.Flip) row.Reverse();
        }
    }

    // The centre may be anywhere, so the square is clipped at the border (official utils.Cutout).
    private void CutOut(in AugmentationDraw draw, Span<float> plane)
    {
        var half = draw.CutoutLength / 2;
        var (top, bottom) = (Math.Max(draw.CutoutRow - half, 0), Math.Min(draw.CutoutRow + half, Height));
        var (left, right) = (Math.Max(draw.CutoutColumn - half, 0), Math.Min(draw.CutoutColumn + half, Width));
        for (var y = top; y < bottom; y++) plane[(y * Width + left)..(y * Width + right)].Clear();
    }
}

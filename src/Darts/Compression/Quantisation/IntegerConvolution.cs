using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>
/// Convolution of bytes with int8 weights in int32. x: [I,H,W], weights: [O,I/groups,kh,kw], y: [O,H',W']; outside the image x is zero.
/// </summary>
internal sealed class IntegerConvolution(
    string name, int[] sources, ByteValue[] from, ByteValue to, IntegerFilter filter, Window2D window, int groups)
    : RoundingLayer(name, sources, from, to)
{
    /// <summary>Weights and bias.</summary>
    public IntegerFilter Filter => filter;

    /// <summary>Geometry; rows and columns that are missing after the image are zeros.</summary>
    public Window2D Window => window;

    /// <summary>1, or I for a depthwise convolution.</summary>
    public int Groups => groups;

    /// <inheritdoc/>
    public override void Steps(byte[][] x, float[] steps)
    {
        var sums = new int[To.Pixels];
        for (var o = 0; o < To.Channels; o++)
        {
            Sum(x[0], o, sums);
            // As ONNX Runtime has it: the product of both steps, divided by that of the result, in single precision.
            var multiplier = filter.InputStep * filter.Scales[o] / To.Scale.Step;
            for (var p = 0; p < sums.Length; p++) steps[o * sums.Length + p] = sums[p] * multiplier;
        }
    }

    /// <summary>The sums of one output channel, before they are scaled: [H',W'].</summary>
    public void Sum(byte[] x, int output, int[] sums)
    {
        Array.Fill(sums, filter.Bias[output]);
        var (inputs, taps) = (From[0].Channels / groups, window.Taps);
        var first = output / (To.Channels / groups) * inputs;
        for (var i = 0; i < inputs; i++)
        {
            var plane = x.AsSpan((first + i) * From[0].Pixels, From[0].Pixels);
            for (var tap = 0; tap < taps; tap++)
                AddTap(plane, tap / window.KernelW, tap % window.KernelW, filter.Weights[(output * inputs + i) * taps + tap], sums);
        }
    }

    private void AddTap(ReadOnlySpan<byte> plane, int tapH, int tapW, int weight, int[] sums)
    {
        if (weight == 0) return;
        var (height, width, zero) = (From[0].Height, From[0].Width, (int)From[0].Scale.ZeroPoint);
        var (rows, columns, stride) = (To.Height, To.Width, window.StrideW);
        // The columns that read inside the image: 0 <= w · stride + offset < width.
        var offset = tapW * window.Dilation - window.PaddingW;
        var first = Math.Max(0, (stride - 1 - offset) / stride);
        var end = Math.Min(columns, (width - 1 - offset + stride) / stride);
        for (var h = 0; h < rows; h++)
        {
            var row = h * window.StrideH - window.PaddingH + tapH * window.Dilation;
            if ((uint)row >= (uint)height) continue;
            var line = plane.Slice(row * width, width);
            var into = sums.AsSpan(h * columns, columns);
            for (var w = first; w < end; w++) into[w] += weight * (line[w * stride + offset] - zero);
        }
    }
}

/// <summary>The classifier: logits in single precision from bytes. x: [I], weights: [O,I].</summary>
internal sealed class IntegerLinear(int source, ByteValue from, IntegerFilter filter)
{
    /// <summary>Number of the value that it reads.</summary>
    public int Source => source;

    /// <summary>Weights and bias.</summary>
    public IntegerFilter Filter => filter;

    /// <summary>Computes the logits.</summary>
    public float[] Run(byte[] x)
    {
        var logits = new float[filter.Bias.Length];
        for (var o = 0; o < logits.Length; o++)
        {
            var sum = filter.Bias[o];
            for (var i = 0; i < x.Length; i++) sum += filter.Weights[o * x.Length + i] * (x[i] - from.Scale.ZeroPoint);
            logits[o] = sum * (filter.InputStep * filter.Scales[o]);
        }

        return logits;
    }
}

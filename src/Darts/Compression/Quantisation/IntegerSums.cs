using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>a + b of bytes with scales of their own. All [C,H,W].</summary>
internal sealed class IntegerSum(int[] sources, ByteValue[] from, ByteValue to) : RoundingLayer("sum", sources, from, to)
{
    /// <inheritdoc/>
    public override void Steps(byte[][] x, float[] steps)
    {
        for (var i = 0; i < steps.Length; i++)
            steps[i] = (float)(((double)From[0].Scale.Value(x[0][i]) + From[1].Scale.Value(x[1][i])) / To.Scale.Step);
    }
}

/// <summary>Channels side by side, brought to one scale. x: [Ci,H,W], y: [ΣCi,H,W].</summary>
internal sealed class IntegerConcat(int[] sources, ByteValue[] from, ByteValue to) : RoundingLayer("concat", sources, from, to)
{
    /// <inheritdoc/>
    public override void Steps(byte[][] x, float[] steps)
    {
        var first = 0;
        for (var k = 0; k < x.Length; k++)
        {
            for (var i = 0; i < x[k].Length; i++) steps[first + i] = From[k].Scale.Value(x[k][i]) / To.Scale.Step;
            first += x[k].Length;
        }
    }
}

/// <summary>Mean over a window, in which the border does not count, or over all pixels. x: [C,H,W], y: [C,H',W'].</summary>
internal sealed class IntegerAverage(int[] sources, ByteValue[] from, ByteValue to, Window2D? window)
    : RoundingLayer(window is null ? "mean" : "average pool", sources, from, to)
{
    /// <summary>Null for all pixels.</summary>
    public Window2D? Window => window;

    /// <inheritdoc/>
    public override void Steps(byte[][] x, float[] steps)
    {
        var over = window ?? new Window2D(From[0].Height, From[0].Width, 1, 1, 0, 0, 1);
        for (var i = 0; i < steps.Length; i++)
        {
            var (sum, count) = (0, 0);
            foreach (var q in new PoolWindow(over, From[0], To, x[0], i))
            {
                sum += q - From[0].Scale.ZeroPoint;
                count++;
            }

            steps[i] = (float)((double)From[0].Scale.Step * sum / count / To.Scale.Step);
        }
    }
}

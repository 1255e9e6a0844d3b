using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Mixing;

/// <summary>The branches of a node in unmanaged memory. All of them and the node have one shape, hence one place for one value.</summary>
internal unsafe struct MixCall
{
    private const int MostGroups = 16;

    public int Images;
    public int Channels;

    /// <summary>Floats of an image.</summary>
    public int Length;

    /// <summary>Vectors in a channel pattern.</summary>
    public int Period;

    public int Count;

    /// <summary>The node, or its gradient: [N,H,W,C].</summary>
    public float* Node;

    /// <summary>[Count]: how many floats each branch lies behind the node, as runs of one tap.</summary>
    public TapRun* Runs;

    /// <summary>[Count][pattern]: weight/σ; [pattern]: −Σ weight·mean/σ.</summary>
    public float* Scales, Shift;

    /// <summary>[Count + 1][pattern]: means on the way back, zero for an identity.</summary>
    public float* Means;

    /// <summary>[Count]: an identity's gradient relative to the node's, or zero for other branches.</summary>
    public nint* IdentityDiffs;

    /// <summary>[Count]: mixing weights.</summary>
    public float* Weights;

    /// <summary>[groups][Count + 1][C]: Σdy, then Σdy·(z − mean) of every branch.</summary>
    public double* Sums;

    /// <summary>[threads][Count + 2][pattern]: the same of the image in work, and a row that nobody reads.</summary>
    public float* ImageSums;

    public readonly int Groups => Math.Min(Images, MostGroups);

    /// <summary>Takes the memory.</summary>
    public void LayOut(int count, Shape shape, int vectorWidth, int threads, ref MemoryCursor cursor)
    {
        (Images, Channels, Length, Count) = (shape.N, shape.C, checked((int)shape.CountPerImage), count);
        Period = ChannelPattern.Vectors(shape.C, vectorWidth);
        nint pattern = Period * vectorWidth;
        Runs = (TapRun*)cursor.Take((nint)count * sizeof(TapRun) / sizeof(float));
        IdentityDiffs = cursor.Take<nint>(count);
        Weights = cursor.Take(count);
        Scales = cursor.Take(count * pattern);
        Shift = cursor.Take(pattern);
        Means = cursor.Take(count * pattern);
        Sums = cursor.Take<double>(Groups * (count + 1) * shape.C);
        ImageSums = cursor.Take(threads * (count + 2) * pattern);
    }

    /// <summary>Copies addresses and per-channel numbers.</summary>
    public void Fill(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> node, int vectorWidth)
    {
        var length = Period * vectorWidth;
        Node = (float*)node.Address;
        var w = (float*)weights.Address;
        new Span<float>(Shift, length).Clear();
        for (var k = 0; k < branches.Length; k++)
        {
            var b = branches[k];
            var scales = new Span<float>(Scales + (nint)k * length, length);
            var means = new Span<float>(Means + (nint)k * length, length);
            Weights[k] = w[b.Index];
            IdentityDiffs[k] = b.Identity?.Diff is { } diff ? (nint)((float*)diff.Address - Node) : 0;
            Runs[k] = new TapRun { Offset = (nint)((float*)(b.Normalized?.Value ?? b.Identity!).Address - Node), Taps = 1, Spacing = 1 };
            if (b.Normalized is null)
            {
                scales.Fill(Weights[k]);
                means.Clear();
                continue;
            }

            var mean = (float*)b.Normalized.Norm.Mean.Address;
            var inverse = (float*)b.Normalized.Norm.InverseDeviation.Address;
            for (var j = 0; j < length; j++)
            {
                means[j] = mean[j % Channels];
                scales[j] = Weights[k] * inverse[j % Channels];
                Shift[j] -= scales[j] * means[j];
            }
        }
    }
}

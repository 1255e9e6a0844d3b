using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
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

    /// <summary>Floats in a channel pattern, at least four vectors.</summary>
    public int Pattern;

    public int Count;

    /// <summary>The node, or its gradient: [N,H,W,C].</summary>
    public float* Node;

    /// <summary>[Count]: how many floats each branch lies behind the node.</summary>
    public nint* Offsets;

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

    /// <summary>[threads][Count + 1][pattern]: the same of the image in work.</summary>
    public float* ImageSums;

    public readonly int Groups => Math.Min(Images, MostGroups);

    /// <summary>Takes the memory.</summary>
    public void LayOut(int count, Shape shape, int pattern, int threads, ref MemoryCursor cursor)
    {
        (Images, Channels, Length, Count) = (shape.N, shape.C, checked((int)shape.CountPerImage), count);
        Pattern = pattern;
        Offsets = cursor.Take<nint>(count);
        IdentityDiffs = cursor.Take<nint>(count);
        Weights = cursor.Take(count);
        Scales = cursor.Take((nint)count * pattern);
        Shift = cursor.Take(pattern);
        Means = cursor.Take((nint)count * pattern);
        Sums = cursor.Take<double>(Groups * (count + 1) * shape.C);
        ImageSums = cursor.Take((nint)threads * (count + 1) * pattern);
    }

    /// <summary>Copies addresses and per-channel numbers.</summary>
    public void Fill(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> node)
    {
        var length = Pattern;
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
            Offsets[k] = (nint)((float*)(b.Normalized?.Value ?? b.Identity!).Address - Node);
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

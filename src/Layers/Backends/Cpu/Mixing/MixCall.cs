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

    /// <summary>The node or, on the way back, the first node's gradient: [N,H,W,C].</summary>
    public float* Node;

    /// <summary>[Count]: how many floats each branch lies behind <see cref="Node"/>.</summary>
    public nint* Offsets;

    /// <summary>Nodes that the branches enter.</summary>
    public int NodeCount;

    /// <summary>[Count]: number of the node that each branch enters, ascending.</summary>
    public int* NodeOf;

    /// <summary>[NodeCount]: how many floats each node's gradient lies behind <see cref="Node"/>.</summary>
    public nint* Diffs;

    /// <summary>[Count][pattern]: weight/σ; [pattern]: −Σ weight·mean/σ.</summary>
    public float* Scales, Shift;

    /// <summary>[Count][pattern]: means on the way back, zero for an identity.</summary>
    public float* Means;

    /// <summary>[Count]: an identity's gradient relative to <see cref="Node"/>, or zero for other branches.</summary>
    public nint* IdentityDiffs;

    /// <summary>[Count]: mixing weights.</summary>
    public float* Weights;

    /// <summary>[groups][Rows][C]: Σdy of every node, then Σdy·(z − mean) of every branch.</summary>
    public double* Sums;

    /// <summary>[threads][Rows][pattern]: the same of the image in work.</summary>
    public float* ImageSums;

    /// <summary>Rows of sums.</summary>
    public readonly int Rows => NodeCount + Count;

    public readonly int Groups => Math.Min(Images, MostGroups);

    /// <summary>Takes the memory.</summary>
    public void LayOut(int count, int nodes, Shape shape, int pattern, int threads, ref MemoryCursor cursor)
    {
        (Images, Channels, Length, Count) = (shape.N, shape.C, checked((int)shape.CountPerImage), count);
        NodeCount = nodes;
        Pattern = pattern;
        Offsets = cursor.Take<nint>(count);
        IdentityDiffs = cursor.Take<nint>(count);
        NodeOf = cursor.Take<int>(count);
        Diffs = cursor.Take<nint>(nodes);
        Weights = cursor.Take(count);
        Scales = cursor.Take((nint)count * pattern);
        Shift = cursor.Take(pattern);
        Means = cursor.Take((nint)count * pattern);
        Sums = cursor.Take<double>(Groups * Rows * shape.C);
        ImageSums = cursor.Take((nint)threads * Rows * pattern);
    }

    /// <summary>Number of nodes that branches enter, those of one node in a row.</summary>
    public static int Nodes(ReadOnlySpan<MixBranch<float>> branches)
    {
        var nodes = 1;
        for (var k = 1; k < branches.Length; k++)
            if (!EntersLike(branches[k], branches[k - 1])) nodes++;
        return nodes;
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
            NodeOf[k] = k == 0 ? 0 : NodeOf[k - 1] + (EntersLike(b, branches[k - 1]) ? 0 : 1);
            if (b.DiffDst is { } diffDst) Diffs[NodeOf[k]] = (nint)((float*)diffDst.Address - Node);
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

    private static bool EntersLike(MixBranch<float> branch, MixBranch<float> other) => ReferenceEquals(branch.DiffDst, other.DiffDst);
}

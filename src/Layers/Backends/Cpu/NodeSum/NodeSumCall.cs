using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>
/// The branches of some nodes in unmanaged memory. All of them and the nodes have one shape, hence one place for one value.
/// </summary>
internal unsafe struct NodeSumCall
{
    public int Images;
    public int Channels;

    /// <summary>Floats of an image.</summary>
    public int Length;

    /// <summary>Floats in a long channel pattern.</summary>
    public int Pattern;

    public int Count;

    /// <summary>The first node's value or, in the backward pass, its gradient: [N,H,W,C]. Other places are counted from here.</summary>
    public float* Origin;

    /// <summary>[Count]: where the branches' values are.</summary>
    public nint* Offsets;

    public int NodeCount;

    /// <summary>[NodeCount]: where the nodes' values or gradients are.</summary>
    public nint* Nodes;

    /// <summary>[Count]: number of the node that each branch enters, ascending.</summary>
    public int* NodeOf;

    /// <summary>Up to four branches of one node that are taken together.</summary>
    public int QuadCount;

    /// <summary>[QuadCount + 1]: first branch of each quad, and <see cref="Count"/>.</summary>
    public int* Quads;

    /// <summary>Whether the nodes hold the sum over other branches already.</summary>
    public bool Accumulate;

    /// <summary>[Count][pattern]: weight/σ; of every quad [pattern]: −Σ weight·mean/σ.</summary>
    public float* Scales, Shifts;

    /// <summary>[Count][pattern]: means in the backward pass, zero for an identity.</summary>
    public float* Means;

    /// <summary>[Count]: where an identity's gradient is, or zero for other branches.</summary>
    public nint* IdentityDiffs;

    /// <summary>[Count]: mixing weights.</summary>
    public float* Weights;

    /// <summary>[groups][Count][2][C]: Σdy and Σdy·(z − mean) of every branch.</summary>
    public double* Sums;

    /// <summary>[threads][Count][2][shortest pattern]: the same of the image in work.</summary>
    public float* ImageSums;

    /// <summary>Groups of images with sums of their own: the cut is that of the batch into leaves.</summary>
    public ImageGroups Groups;

    /// <summary>Takes the memory for at most so many branches, each into a node of its own.</summary>
    public void LayOut(int count, Shape shape, int pattern, int threads, int groups, ref BumpAllocator cursor)
    {
        Groups = new ImageGroups(shape.N, groups);
        (Images, Channels, Length, Pattern) = (shape.N, shape.C, checked((int)shape.CountPerImage), pattern);
        (Count, NodeCount) = (count, count);
        Offsets = cursor.Take<nint>(count);
        IdentityDiffs = cursor.Take<nint>(count);
        NodeOf = cursor.Take<int>(count);
        Nodes = cursor.Take<nint>(count);
        Quads = cursor.Take<int>(count + 1);
        Weights = cursor.Take(count);
        Scales = cursor.Take((nint)count * pattern);
        Shifts = cursor.Take((nint)count * pattern);
        Means = cursor.Take((nint)count * pattern);
        Sums = cursor.Take<double>(Groups.Count * 2 * count * shape.C);
        ImageSums = cursor.Take((nint)threads * 2 * count * pattern);
    }

    /// <summary>Copies addresses and per-channel numbers, for the nodes' values or their gradients.</summary>
    public void Fill(NodeSum<float> nodeSum, bool gradients)
    {
        var branches = nodeSum.Terms.Active;
        var length = Pattern;
        var w = (float*)nodeSum.Weights.Address;
        Origin = PlaceOf(branches[0], gradients);
        Accumulate = nodeSum.Accumulate;
        (Count, NodeCount, QuadCount) = (branches.Length, 0, 0);
        for (int k = 0, node = -1; k < branches.Length; k++)
        {
            var b = branches[k];
            if (k == 0 || !ReferenceEquals(b.Dst, branches[k - 1].Dst)) Nodes[node = NodeCount++] = (nint)(PlaceOf(b, gradients) - Origin);
            NodeOf[k] = node;
            if (k == 0 || NodeOf[k - 1] != node || k - Quads[QuadCount - 1] == Four.Value)
            {
                new Span<float>(Shifts + (nint)QuadCount * length, length).Clear();
                Quads[QuadCount++] = k;
            }

            var scales = new Span<float>(Scales + (nint)k * length, length);
            var means = new Span<float>(Means + (nint)k * length, length);
            var shifts = new Span<float>(Shifts + (nint)(QuadCount - 1) * length, length);
            Weights[k] = w[b.Index];
            IdentityDiffs[k] = b.Identity?.Diff is { } diff ? (nint)((float*)diff.Address - Origin) : 0;
            Offsets[k] = (nint)((float*)(b.Normalized?.Value ?? b.Identity!).Address - Origin);
            if (b.Normalized is null)
            {
                scales.Fill(Weights[k]);
                means.Clear();
                continue;
            }

            var mean = (float*)b.Normalized.Norm.Mean.Address;
            var inverse = (float*)b.Normalized.Norm.InverseDeviation.Address;
            for (int j = 0, c = 0; j < length; j++, c++)
            {
                if (c == Channels) c = 0;
                means[j] = mean[c];
                scales[j] = Weights[k] * inverse[c];
                shifts[j] -= scales[j] * means[j];
            }
        }

        Quads[QuadCount] = Count;
    }

    private static float* PlaceOf(NodeSumTerm<float> branch, bool gradient) => (float*)(gradient ? branch.Dst!.Diff! : branch.Dst!).Address;
}

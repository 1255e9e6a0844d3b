using System.Runtime.InteropServices;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// Where processes share a batch, sums over it go through host memory: what kernels left of the groups of this process's images is read
// back, added, exchanged, and given back as the sums of one group that has the whole batch. So the kernels that finish sums
// are the same with other processes and without.
internal sealed partial class MIOpenBackend
{
    private float[] sharedPartials = [];
    private double[] sharedSums = [];

    /// <inheritdoc/>
    internal override BatchLeaves Leaves { get; set; } = new();

    private int ImagesHere
    {
        get
        {
            Leaves.ShareOf(Leaves.UnderWay.Whole, out var images);
            return images;
        }
    }

    /// <summary>Makes moments of groups of this process's pixels those of the batch, in memory of their own.</summary>
    /// <param name="table">Batch norms of one tensor stand together; all moments lie in one block.</param>
    /// <param name="used">How many it has.</param>
    private unsafe void ShareMoments(ref StatisticTable table, int used)
    {
        if (!Leaves.Shares || used == 0) return;
        nint begin = table[0].Partial, end = begin;
        var channels = 0;
        for (var i = 0; i < used; i++)
        {
            var s = table[i];
            begin = Math.Min(begin, s.Partial);
            end = Math.Max(end, s.Partial + 2 * s.Channels * s.Groups * sizeof(float));
            channels += s.Channels;
        }

        // [C][groups][mean, squared deviations] of each tensor.
        var read = Room(ref sharedPartials, (int)((end - begin) / sizeof(float)));
        memory.Download(begin, MemoryMarshal.AsBytes(read));
        fixed (double* moments = Room(ref sharedSums, 2 * channels))
        {
            var next = moments;
            for (var i = 0; i < used; i++)
            {
                var s = table[i];
                // Edges of a pool have batch norms of their own over the same value.
                if (i > 0 && s.Partial == table[i - 1].Partial) continue;
                Merge(read[(int)((s.Partial - begin) / sizeof(float))..], s, next);
                Leaves.QueueMoments(next, s.Channels, s.Count / ImagesHere);
                next += 2 * s.Channels;
            }

            Leaves.ExchangeQueued();
            var target = memory.Partials((next - moments) * sizeof(float));
            nint own = 0, place = 0;
            next = moments;
            var written = 0;
            for (var i = 0; i < used; i++)
            {
                ref var s = ref table[i];
                if (s.Partial != own)
                {
                    (own, place) = (s.Partial, target + written * sizeof(float));
                    for (var c = 0; c < s.Channels; c++)
                        (read[written++], read[written++]) = ((float)next[c], (float)next[s.Channels + c]);
                    next += 2 * s.Channels;
                }

                (s.Partial, s.Groups, s.Count) = (place, 1, s.Count / ImagesHere * Leaves.UnderWay.Whole);
                s.Size = s.Count;
            }

            memory.Upload(MemoryMarshal.AsBytes(read[..written]), target);
        }
    }

    /// <summary>Makes sums over groups of this process's pixels those over the batch.</summary>
    /// <param name="table">All sums lie in one block of rows [C][groups]; terms may share a row.</param>
    /// <param name="used">How many terms it has.</param>
    private unsafe void ShareGradientSums(ref GradientTable table, int used)
    {
        if (!Leaves.Shares) return;
        nint begin = table.Terms[0].Sums, last = begin;
        for (var i = 0; i < used; i++)
        {
            var t = table.Terms[i];
            begin = Math.Min(begin, Math.Min(t.Sums, t.Products));
            last = Math.Max(last, Math.Max(t.Sums, t.Products));
        }

        var groups = table.Groups;
        var floats = (int)((last - begin) / sizeof(float)) + table.Channels * groups;
        var read = Room(ref sharedPartials, floats);
        memory.Download(begin, MemoryMarshal.AsBytes(read));
        var sums = Room(ref sharedSums, floats / groups);
        for (var row = 0; row < sums.Length; row++)
        {
            double sum = 0;
            foreach (var part in read.Slice(row * groups, groups)) sum += part;
            sums[row] = sum;
        }

        fixed (double* all = sums)
        {
            Leaves.QueueSums(all, sums.Length);
            Leaves.ExchangeQueued();
        }

        for (var row = 0; row < sums.Length; row++) read[row] = (float)sums[row];
        memory.Upload(MemoryMarshal.AsBytes(read[..sums.Length]), begin);
        for (var i = 0; i < used; i++)
        {
            ref var t = ref table.Terms[i];
            (t.Sums, t.Products) = (begin + (t.Sums - begin) / groups, begin + (t.Products - begin) / groups);
        }

        (table.Groups, table.Count) = (1, table.Count / ImagesHere * Leaves.UnderWay.Whole);
    }

    /// <summary>What MIOpen's backward pass of a batch norm does, by kernels whose sums can be shared.</summary>
    private void SharedNormalizationBackward(
        Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate, bool weightGradients)
    {
        var bytes = norm.Channels * sizeof(float);
        var vectors = memory.Partials(3L * bytes);
        var diff = new DiffTerm
        {
            Value = src.Address,
            Diff = diffDst.Address,
            GradientDy = vectors,
            GradientZ = vectors + bytes,
            GradientConstant = vectors + 2 * bytes,
        };
        var table = GradientSums(src, norm.Mean.Address, diffDst);
        ref var term = ref table.Terms[0];
        (term.Mean, term.Inverse, term.Index) = (norm.Mean.Address, norm.InverseDeviation.Address, -1);
        (term.GradientDy, term.GradientZ, term.GradientConstant) = (diff.GradientDy, diff.GradientZ, diff.GradientConstant);
        FinishAffineGradients(ref table, norm, weightGradients);
        var diffs = new DiffTable();
        diffs.Terms[0] = diff;
        Apply(diffs, 1, diffSrc.Address, src.Shape, accumulate);
    }

    /// <summary>diffWeights[index] += Σ src·diffDst over the batch.</summary>
    private unsafe void SharedScaleBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, int index)
    {
        var result = memory.Scratch((Groups(src.Shape.Count, KernelConstants.DotElements) + 1) * sizeof(double));
        Dot(src, diffDst, result, 0);
        double sum;
        var bytes = new Span<byte>(&sum, sizeof(double));
        memory.Download(result, bytes);
        Leaves.QueueSums(&sum, 1);
        Leaves.ExchangeQueued();
        memory.Upload(bytes, result);
        FinishDot(result, 1, 0, diffWeights.Address + index * sizeof(float));
    }

    /// <summary>The moments [2][C] of this process's groups together, as statistics_finish merges them.</summary>
    private static unsafe void Merge(ReadOnlySpan<float> groups, in Statistic s, double* moments)
    {
        for (var c = 0; c < s.Channels; c++)
        {
            var row = groups.Slice(2 * c * s.Groups, 2 * s.Groups);
            double sum = 0, squares = 0;
            for (var g = 0; g < s.Groups; g++) sum += PixelsOf(s, g) * (double)row[2 * g];
            var mean = sum / s.Count;
            for (var g = 0; g < s.Groups; g++)
            {
                var apart = row[2 * g] - mean;
                squares += row[2 * g + 1] + PixelsOf(s, g) * apart * apart;
            }

            (moments[c], moments[s.Channels + c]) = (mean, squares);
        }
    }

    private static int PixelsOf(in Statistic s, int group) => Math.Min(s.Size, s.Count - group * s.Size);

    private static Span<TElement> Room<TElement>(ref TElement[] kept, int length)
    {
        if (kept.Length < length) kept = new TElement[length];
        return kept.AsSpan(0, length);
    }
}

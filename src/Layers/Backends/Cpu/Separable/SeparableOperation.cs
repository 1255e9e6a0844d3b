using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>Branches of ReLU, depthwise and pointwise convolution that share a source or run together.</summary>
internal sealed unsafe class SeparableOperation<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly BatchNorm<S, V> batchNorm = new(context);

    public void Plan(ReadOnlySpan<SeparableBranch<float>> branches)
    {
        while (branches.Length > 0)
        {
            var together = branches[..Together(branches, out var calls)];
            LayOut(together, calls, forGradient: true);
            branches = branches[together.Length..];
        }
    }

    public void Forward(ReadOnlySpan<SeparableBranch<float>> branches, bool training)
    {
        while (branches.Length > 0)
        {
            var together = branches[..Together(branches, out var calls)];
            var first = LayOut(together, calls, forGradient: false);
            var packed = first->Call.Branches;
            for (var i = 0; i < calls; i++) first[i].Call.Fill(BranchesOf(i, first, together), context.Scratch, S.Width);
            var packing = new FilterPacking<S, V>(first, backward: false);
            context.Workers.Run(together.Length, ref packing);
            var work = new SeparableForward<S, V>(first, calls, context.Workers.Threads, training);
            context.Workers.Run(calls * first->Call.Images, ref work, first->Call.Images);
            var merging = new MergeMoments(packed, first->Call.Images);
            if (training) context.Workers.Run(together.Length, ref merging);
            for (var i = 0; i < together.Length; i++)
            {
                var dst = together[i].Dst;
                if (training) BatchStatistics.Apply(packed[i].Statistics, dst.Value.Shape, dst.Norm);
                if (training) dst.Norm.BatchesTracked++;
                else batchNorm.NormalizationInference(dst.Norm);
            }

            branches = branches[together.Length..];
        }
    }

    public void Backward(ReadOnlySpan<SeparableBranch<float>> branches, bool weightGradients)
    {
        while (branches.Length > 0)
        {
            var together = branches[..Together(branches, out var calls)];
            var first = LayOut(together, calls, forGradient: true);
            for (var i = 0; i < calls; i++) Fill(ref first[i], BranchesOf(i, first, together), weightGradients);
            var packing = new FilterPacking<S, V>(first, backward: true);
            context.Workers.Run(together.Length, ref packing);
            var flipping = new FilterRotation<S, V>(first);
            var parts = 0;
            for (var i = 0; i < calls; i++) parts += first[i].TapLists;
            context.Workers.Run(parts, ref flipping);
            var groups = first->Call.Groups.Count;
            var work = new SeparableBackward<S, V>(first, calls, context.Workers.Threads);
            context.Workers.Run(calls * groups, ref work, groups);
            var sums = new WeightGradientReduction<S, V>(first->Call.Branches, groups);
            if (weightGradients) context.Workers.Run(together.Length, ref sums);
            for (var i = 0; i < calls; i++)
            {
                if (BranchesOf(i, first, together)[0].NormalizedSrc is { } normalized)
                    BatchStatistics.Gradient(first[i].SourceSums, groups, normalized, 1);
            }

            branches = branches[together.Length..];
        }
    }

    private void Fill(ref SeparableGradient gradient, ReadOnlySpan<SeparableBranch<float>> branches, bool weightGradients)
    {
        ref var call = ref gradient.Call;
        call.Fill(branches, context.Scratch, S.Width);
        for (var i = 0; i < branches.Length; i++) call.Branches[i].FillGradient(branches[i], S.Width);
        gradient.WeightGradients = weightGradients;
        var diffSrc = branches[0].NormalizedSrc is { } normalized ? normalized.Diff : branches[0].Src.Diff;
        gradient.DiffSrc = diffSrc is null ? default : new ChannelSegments(diffSrc);
    }

    private static ReadOnlySpan<SeparableBranch<float>> BranchesOf(int call, SeparableGradient* first,
        ReadOnlySpan<SeparableBranch<float>> together) =>
        together.Slice((int)(first[call].Call.Branches - first->Call.Branches), first[call].Call.Count);

    /// <summary>
    /// Number of leading branches that can be computed at the same time: those that read one source in one geometry, or several
    /// normalised sources, which are all different; each source makes a call. One piece of work has fewer ends to wait for than many.
    /// </summary>
    private static int Together(ReadOnlySpan<SeparableBranch<float>> branches, out int calls)
    {
        calls = 1;
        if (branches[0].NormalizedSrc is null) return SharedSource(branches);
        while (calls < branches.Length && branches[calls].NormalizedSrc is not null
            && branches[calls].Src.Shape.N == branches[0].Src.Shape.N)
            calls++;
        return calls;
    }

    /// <summary>Number of leading branches that read one source in one geometry.</summary>
    private static int SharedSource(ReadOnlySpan<SeparableBranch<float>> branches)
    {
        var first = branches[0];
        var count = 1;
        while (count < branches.Length && first.NormalizedSrc is null && branches[count].NormalizedSrc is null
            && ReferenceEquals(first.Src, branches[count].Src) && SeparableCall.Strides(first) == SeparableCall.Strides(branches[count]))
            count++;
        return count;
    }

    /// <summary>Describes calls in scratch memory: once at address zero to learn the size, then for good.</summary>
    private SeparableGradient* LayOut(ReadOnlySpan<SeparableBranch<float>> branches, int calls, bool forGradient)
    {
        var cursor = default(BumpAllocator);
        cursor.Take<SeparableGradient>(calls);
        cursor.Take<BranchCall>(branches.Length);
        var counted = stackalloc SeparableGradient[calls];
        var countedBranches = stackalloc BranchCall[branches.Length];
        var perThread = LayOut(branches, calls, counted, countedBranches, forGradient, ref cursor);
        context.Scratch.Reserve(cursor.Used, perThread, context.Workers.Threads);
        if (context.Tally is not null) return null;

        cursor = new BumpAllocator(context.Scratch.Shared);
        var first = cursor.Take<SeparableGradient>(calls);
        LayOut(branches, calls, first, cursor.Take<BranchCall>(branches.Length), forGradient, ref cursor);
        return first;
    }

    /// <summary>Returns what a thread needs for the largest call.</summary>
    private nint LayOut(
        ReadOnlySpan<SeparableBranch<float>> branches, int calls, SeparableGradient* first, BranchCall* packed, bool forGradient,
            ref BumpAllocator cursor)
    {
        nint perThread = 0;
        var owners = cursor.Take<int>(context.Workers.Threads);
        if (cursor.IsReal) new Span<int>(owners, context.Workers.Threads).Clear();
        for (var i = 0; i < calls; i++)
        {
            var shared = branches[..SharedSource(branches)];
            var thread = default(BumpAllocator);
            first[i] = default;
            first[i].Call.Branches = packed;
            first[i].Call.BorderOwner = owners;
            first[i].Call.CallId = i + 1;
            first[i].Call.Describe(shared, S.Width, ref cursor, ref thread);
            if (forGradient) first[i].LayOut(S.Width, ref cursor, ref thread);
            perThread = Math.Max(perThread, thread.Used);
            packed += shared.Length;
            branches = branches[shared.Length..];
        }

        return perThread;
    }
}

using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>
/// Branches of ReLU, depthwise and pointwise convolution. Those that can be computed at the same time form a group, one piece of work,
/// which has fewer ends to wait for than many; in a group, those that read one source form a call.
/// </summary>
internal sealed unsafe partial class SeparableOperation<S, V> : Operation<float>, IScratchLayout
    where S : struct, ISimd<V>
{
    private readonly CpuContext context;
    private readonly BatchNorm<S, V> batchNorm;
    private readonly ActiveList<SeparableBranch<float>> branches;
    private readonly Descriptors<SeparableGradient> calls;
    private readonly Descriptors<BranchCall> packed;
    private readonly Descriptors<RotatedFilter> rotated;
    private readonly Descriptors<TapList> lists;
    private readonly Descriptors<int> borderOwners;
    private readonly ScratchPlace place;

    public SeparableOperation(CpuContext context, ActiveList<SeparableBranch<float>> branches)
    {
        (this.context, this.branches, batchNorm) = (context, branches, new(context));
        var count = branches.All.Count;
        (calls, packed, rotated) = (new(count), new(count), new(count));
        lists = new(branches.All.Sum(b => SeparableCall.Strides(b) is var (h, w) ? h * w : 0));
        borderOwners = new(context.Workers.Threads);
        place = new ScratchPlace(context, this);
    }

    internal override bool CanReadSegments => branches.All.All(b => b.Depthwise is null && b.NormalizedSrc is null);

    public override string Describe() =>
        $"cpu {S.Width * 32} bits, image by image, gemm and winograd depthwise: {SeparableBranch<float>.Describe(branches.All)}";

    public override void Forward(bool training)
    {
        if (branches.Active.IsEmpty) return;
        place.Take(branches.Active[0].Src.Shape.N, branches.Version);
        for (var group = FirstGroup; group.Count > 0; group = group.Next)
        {
            var (images, all) = (group.Calls->Call.Images, group.Branches.Length);
            for (var i = 0; i < group.Count; i++) group.Calls[i].Call.Fill(group.BranchesOf(i), context.Scratch, S.Width);
            new Span<int>(borderOwners.First, context.Workers.Threads).Clear();
            var packing = new FilterPacking(group.Calls, backward: false);
            context.Workers.Run(all, ref packing);
            var work = new SeparableForward<S, V>(group.Calls, group.Count, context.Workers.Threads, training);
            context.Workers.Run(group.Count * images, ref work, images);
            var merging = new MergeMoments(group.Packed, group.Calls->Call.Groups);
            if (training)
            {
                context.Workers.Run(all, ref merging);
                for (var i = 0; i < all; i++)
                {
                    ref var b = ref group.Packed[i];
                    context.Leaves.QueueMoments(b.Statistics, b.Outputs, b.Height * b.Width);
                }

                context.Leaves.ExchangeQueued();
            }

            for (var i = 0; i < all; i++) batchNorm.Apply(group.Packed[i].Statistics, group.Branches[i].Dst, training);
        }
    }

    public override void Backward(bool weightGradients)
    {
        if (branches.Active.IsEmpty) return;
        place.Take(branches.Active[0].Src.Shape.N, branches.Version);
        for (var group = FirstGroup; group.Count > 0; group = group.Next)
        {
            var (parts, all, tapLists) = (group.Calls->Call.Groups.Count, group.Branches.Length, 0);
            for (var i = 0; i < group.Count; i++)
            {
                group.Calls[i].Fill(group.BranchesOf(i), weightGradients, context.Scratch, S.Width);
                tapLists += group.Calls[i].TapLists;
            }

            new Span<int>(borderOwners.First, context.Workers.Threads).Clear();
            var packing = new FilterPacking(group.Calls, backward: true);
            context.Workers.Run(all, ref packing);
            var rotation = new FilterRotation(group.Calls);
            context.Workers.Run(tapLists, ref rotation);
            var work = new SeparableBackward<S, V>(group.Calls, context.Workers.Threads);
            context.Workers.Run(group.Count * parts, ref work, parts);
            var sums = new WeightGradientReduction(group.Packed, parts);
            if (weightGradients) context.Workers.Run(all, ref sums);
            for (var i = 0; i < group.Count; i++)
            {
                if (group.BranchesOf(i)[0].NormalizedSrc is not { } normalized) continue;
                GroupSums.Add(group.Calls[i].SourceSums, parts, 2 * normalized.Norm.Channels);
                context.Leaves.QueueSums(group.Calls[i].SourceSums, 2 * normalized.Norm.Channels);
            }

            context.Leaves.ExchangeQueued();
            for (var i = 0; i < group.Count; i++)
                if (group.BranchesOf(i)[0].NormalizedSrc is { } normalized)
                    BatchStatistics.Gradient(group.Calls[i].SourceSums, context.Leaves, normalized, 1);
        }
    }

    /// <summary>Lays every group out at the same place, and every call of a group in the same memory of a thread.</summary>
    public void LayOut(ref BumpAllocator shared, ref BumpAllocator thread)
    {
        var (start, filters, tapLists) = (shared, 0, 0);
        for (var group = FirstGroup; group.Count > 0; group = group.Next)
        {
            var (cursor, first) = (start, 0);
            for (var i = 0; i < group.Count; i++)
            {
                var together = group.Branches.Slice(first, SharedSource(group.Branches[first..]));
                var own = default(BumpAllocator);
                var call = new SeparableGradient { Rotated = rotated.First + filters, Lists = lists.First + tapLists };
                call.Call.Branches = group.Packed + first;
                call.Call.MostGroups = context.Leaves.Parts;
                call.Call.BorderOwner = borderOwners.First;
                call.Call.CallId = i + 1;
                call.Call.Describe(together, S.Width, ref cursor, ref own);
                call.LayOut(S.Width, ref cursor, ref own);
                thread.Cover(own);
                group.Calls[i] = call;
                (first, filters, tapLists) = (first + together.Length, filters + call.Parts, tapLists + call.TapLists);
            }

            shared.Cover(cursor);
        }
    }

    private Group FirstGroup => new(calls.First, packed.First, branches.Active);

    /// <summary>
    /// Branches that are computed at the same time: those that read one source in one geometry, or several normalised sources, which are
    /// all different; each source makes a call.
    /// </summary>
    private readonly ref struct Group
    {
        private readonly ReadOnlySpan<SeparableBranch<float>> left;

        public Group(SeparableGradient* calls, BranchCall* packed, ReadOnlySpan<SeparableBranch<float>> left)
        {
            this.left = left;
            Calls = calls;
            Packed = packed;
            if (left.IsEmpty) return;
            Count = 1;
            while (left[0].NormalizedSrc is not null && Count < left.Length && left[Count].NormalizedSrc is not null
                && left[Count].Src.Shape.N == left[0].Src.Shape.N)
                Count++;
            Branches = left[..(Count > 1 ? Count : SharedSource(left))];
        }

        /// <summary>Number of calls; zero after the last group.</summary>
        public int Count { get; }

        public SeparableGradient* Calls { get; }

        public ReadOnlySpan<SeparableBranch<float>> Branches { get; }

        /// <summary>The branches in unmanaged memory.</summary>
        public BranchCall* Packed { get; }

        public Group Next => new(Calls + Count, Packed + Branches.Length, left[Branches.Length..]);

        public ReadOnlySpan<SeparableBranch<float>> BranchesOf(int call) =>
            Branches.Slice((int)(Calls[call].Call.Branches - Packed), Calls[call].Call.Count);
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
}

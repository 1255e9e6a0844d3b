using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Separable;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    private readonly ScratchMemory scratch = new();

    /// <inheritdoc/>
    public override void PlanSeparable(MemoryPlan<float> plan, ReadOnlySpan<SeparableBranch<float>> branches)
    {
        while (branches.Length > 0)
        {
            var shared = branches[..SharedSource(branches)];
            LayOut(shared, forGradient: true);
            branches = branches[shared.Length..];
        }
    }

    /// <inheritdoc/>
    public override void SeparableForward(ReadOnlySpan<SeparableBranch<float>> branches, bool training)
    {
        while (branches.Length > 0)
        {
            var shared = branches[..SharedSource(branches)];
            var call = &LayOut(shared, forGradient: false)->Call;
            call->Fill(shared, scratch, S.Width, team.Threads);
            for (var i = 0; i < shared.Length; i++)
                call->Branches[i].Forward.Pack(P(shared[i].Pointwise), 1, call->Source.Channels);
            var work = new SeparableForward<S, V>(call, training);
            team.Run(call->Images, ref work);
            for (var i = 0; i < shared.Length; i++)
            {
                var dst = shared[i].Dst;
                if (training) Statistics.Merge(call->Branches[i].Statistics, call->Images, dst.Value.Shape);
                if (training) Statistics.Apply(call->Branches[i].Statistics, dst.Value.Shape, dst.Norm);
                else NormalizationInference(dst.Norm);
            }

            branches = branches[shared.Length..];
        }
    }

    /// <inheritdoc/>
    public override void SeparableBackward(ReadOnlySpan<SeparableBranch<float>> branches, bool weightGradients)
    {
        while (branches.Length > 0)
        {
            var shared = branches[..SharedSource(branches)];
            var gradient = LayOut(shared, forGradient: true);
            ref var call = ref gradient->Call;
            call.Fill(shared, scratch, S.Width, team.Threads);
            for (var i = 0; i < shared.Length; i++) call.Branches[i].FillGradient(shared[i], S.Width);
            gradient->Flip(S.Width);
            gradient->WeightGradients = weightGradients;
            var normalized = shared[0].NormalizedSrc;
            var diffSrc = normalized is null ? shared[0].Src.Diff : normalized.Diff;
            gradient->DiffSrc = diffSrc is null ? null : P(diffSrc);
            var work = new SeparableBackward<S, V>(gradient);
            team.Run(call.Groups, ref work);
            if (weightGradients)
            {
                for (var i = 0; i < shared.Length; i++)
                {
                    WeightSums<S, V>.Pointwise(call.Branches[i], call.Groups, P(shared[i].Pointwise.Diff!));
                    if (shared[i].Depthwise is { } depthwise)
                        WeightSums<S, V>.Depthwise(call.Branches[i], call.Groups, call.Source, P(depthwise.Diff!));
                }
            }

            if (normalized is not null) Statistics.Gradient(gradient->SourceSums, call.Groups, normalized, 1);
            branches = branches[shared.Length..];
        }
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

    /// <summary>Describes a call in scratch memory: once at address zero to learn the size, then for good.</summary>
    private SeparableGradient* LayOut(ReadOnlySpan<SeparableBranch<float>> branches, bool forGradient)
    {
        var counted = stackalloc BranchCall[branches.Length];
        var gradient = default(SeparableGradient);
        gradient.Call.Branches = counted;
        var (cursor, thread) = (default(MemoryCursor), default(MemoryCursor));
        cursor.Take<SeparableGradient>(1);
        cursor.Take<BranchCall>(branches.Length);
        gradient.Call.Describe(branches, S.Width, team.Threads, ref cursor, ref thread);
        if (forGradient) gradient.LayOut(S.Width, ref cursor, ref thread);
        scratch.Reserve(cursor.Used, thread.Used, team.Threads);

        cursor = new MemoryCursor(scratch.Shared);
        thread = default;
        var result = cursor.Take<SeparableGradient>(1);
        *result = default;
        result->Call.Branches = cursor.Take<BranchCall>(branches.Length);
        result->Call.Describe(branches, S.Width, team.Threads, ref cursor, ref thread);
        if (forGradient) result->LayOut(S.Width, ref cursor, ref thread);
        return result;
    }
}

using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>
/// Σdy of every node and Σdy·(z_k − mean_k) of every branch, which give the mixing weights' gradient and the backward pass of every batch
/// norm; an identity's gradient gets weight·dy in the same pass. Four branches at a time. Item: a group of images.
/// </summary>
internal readonly unsafe struct NodeSumBackward<S, V>(NodeSumCall* call) : IParallelBody
    where S : struct, ISimd<V>
{
    public void Run(int item, int thread)
    {
        new Span<double>(Totals(item), call->Rows * call->Channels).Clear();
        for (var n = call->Groups.First(item); n < call->Groups.First(item + 1); n++)
        {
            new Span<float>(Sums(thread), call->Rows * call->Pattern).Clear();
            for (var quad = 0; quad < call->QuadCount; quad++) Quad(call->Origin + (nint)n * call->Length, Sums(thread), quad);
            for (var row = 0; row < call->Rows; row++)
                ChannelPattern.Fold(
                    Sums(thread) + (nint)row * call->Pattern, Totals(item) + (nint)row * call->Channels, call->Channels, call->Pattern);
        }
    }

    private void Quad(float* all, float* sums, int quad)
    {
        int k = call->Quads[quad], next = call->Quads[quad + 1], node = call->NodeOf[k];
        var first = k == 0 || call->NodeOf[k - 1] != node ? sums + (nint)node * call->Pattern : null;
        switch (next - k)
        {
            case 1: Add<One>(all, k, first, sums); break;
            case 2: Add<Two>(all, k, first, sums); break;
            case 3: Add<Three>(all, k, first, sums); break;
            default: Add<Four>(all, k, first, sums); break;
        }

        var dy = all + call->Nodes[node];
        for (; k < next; k++)
            if (call->IdentityDiffs[k] != 0) AddScaled(dy, all + call->IdentityDiffs[k], call->Length, call->Weights[k]);
    }

    private float* Sums(int thread) => call->ImageSums + (nint)thread * call->Rows * call->Pattern;

    private double* Totals(int group) => call->Sums + (nint)group * call->Rows * call->Channels;

    /// <summary>
    /// Σ dy·(z − mean) of the branches from <paramref name="k"/> on; unless <paramref name="first"/> is null, Σdy there.
    /// </summary>
    private void Add<K>(float* all, int k, float* first, float* sums)
        where K : struct, IConstInt
    {
        int pattern = call->Pattern, whole = call->Length / S.Width * S.Width;
        var dy = all + call->Nodes[call->NodeOf[k]];
        float* z0 = all + call->Offsets[k], z1 = all + call->Offsets[k + Math.Min(1, K.Value - 1)];
        float* z2 = all + call->Offsets[k + Math.Min(2, K.Value - 1)], z3 = all + call->Offsets[k + K.Value - 1];
        float* means = call->Means + (nint)k * pattern, means1 = means + pattern, means2 = means1 + pattern, means3 = means2 + pattern;
        float* p0 = sums + (nint)(call->NodeCount + k) * pattern, p1 = p0 + pattern, p2 = p1 + pattern, p3 = p2 + pattern;
        for (nint i = 0, j = 0; i < whole; i += S.Width, j += S.Width)
        {
            if (j == pattern) j = 0;
            PrefetchL2.Fetch(z0 + i + PrefetchL2.Distance);
            if (K.Value > 1) PrefetchL2.Fetch(z1 + i + PrefetchL2.Distance);
            if (K.Value > 2) PrefetchL2.Fetch(z2 + i + PrefetchL2.Distance);
            if (K.Value > 3) PrefetchL2.Fetch(z3 + i + PrefetchL2.Distance);
            var d = S.Load(dy + i);
            if (first != null) S.Store(S.Add(S.Load(first + j), d), first + j);
            S.Store(S.MultiplyAdd(d, S.Subtract(S.Load(z0 + i), S.Load(means + j)), S.Load(p0 + j)), p0 + j);
            if (K.Value > 1) S.Store(S.MultiplyAdd(d, S.Subtract(S.Load(z1 + i), S.Load(means1 + j)), S.Load(p1 + j)), p1 + j);
            if (K.Value > 2) S.Store(S.MultiplyAdd(d, S.Subtract(S.Load(z2 + i), S.Load(means2 + j)), S.Load(p2 + j)), p2 + j);
            if (K.Value > 3) S.Store(S.MultiplyAdd(d, S.Subtract(S.Load(z3 + i), S.Load(means3 + j)), S.Load(p3 + j)), p3 + j);
        }

        for (nint i = whole; i < call->Length; i++)
        {
            var (j, d) = (i % pattern, dy[i]);
            if (first != null) first[j] += d;
            p0[j] = MathF.FusedMultiplyAdd(d, z0[i] - means[j], p0[j]);
            if (K.Value > 1) p1[j] = MathF.FusedMultiplyAdd(d, z1[i] - means1[j], p1[j]);
            if (K.Value > 2) p2[j] = MathF.FusedMultiplyAdd(d, z2[i] - means2[j], p2[j]);
            if (K.Value > 3) p3[j] = MathF.FusedMultiplyAdd(d, z3[i] - means3[j], p3[j]);
        }
    }

    private static void AddScaled(float* dy, float* dst, int length, float weight)
    {
        var factor = S.Broadcast(weight);
        for (var i = 0; i < length; i += S.Width)
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Load(dy + i), factor, S.Load(dst + i)), dst + i, Math.Min(S.Width, length - i));
    }
}

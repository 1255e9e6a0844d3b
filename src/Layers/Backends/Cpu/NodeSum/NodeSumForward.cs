using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>node = Σ_k weight_k · (z_k − mean_k)/σ_k for every node, four branches at a time. Item: image.</summary>
internal readonly unsafe struct NodeSumForward<S, V>(NodeSumCall* call) : IParallelBody
    where S : struct, ISimd<V>
{
    public void Run(int item, int thread)
    {
        var all = call->Origin + (nint)item * call->Length;
        for (var quad = 0; quad < call->QuadCount; quad++) Quad(all, quad);
    }

    private void Quad(float* all, int quad)
    {
        var k = call->Quads[quad];
        var shift = call->Shifts + (nint)quad * call->Pattern;
        switch (call->Quads[quad + 1] - k)
        {
            case 1: Add<One>(all, k, shift); break;
            case 2: Add<Two>(all, k, shift); break;
            case 3: Add<Three>(all, k, shift); break;
            default: Add<Four>(all, k, shift); break;
        }
    }

    /// <summary>
    /// node += shift + Σ scales · z over the branches from <paramref name="k"/> on; the first of a node overwrite it, unless others have.
    /// </summary>
    private void Add<K>(float* all, int k, float* shift)
        where K : struct, IConstInt
    {
        var pattern = call->Pattern;
        var node = all + call->Nodes[call->NodeOf[k]];
        var adds = call->Accumulate || (k > 0 && call->NodeOf[k - 1] == call->NodeOf[k]);
        float* z0 = all + call->Offsets[k], z1 = all + call->Offsets[k + Math.Min(1, K.Value - 1)];
        float* z2 = all + call->Offsets[k + Math.Min(2, K.Value - 1)], z3 = all + call->Offsets[k + K.Value - 1];
        float* scales = call->Scales + (nint)k * pattern, scales1 = scales + pattern, scales2 = scales1 + pattern,
            scales3 = scales2 + pattern;
        for (nint i = 0, j = 0; i < call->Length; i += S.Width, j += S.Width)
        {
            if (j == pattern) j = 0;
            PrefetchL2.Fetch(z0 + i + PrefetchL2.Distance);
            if (K.Value > 1) PrefetchL2.Fetch(z1 + i + PrefetchL2.Distance);
            if (K.Value > 2) PrefetchL2.Fetch(z2 + i + PrefetchL2.Distance);
            if (K.Value > 3) PrefetchL2.Fetch(z3 + i + PrefetchL2.Distance);
            var sum = S.MultiplyAdd(S.Load(z0 + i), S.Load(scales + j), S.Load(shift + j));
            if (K.Value > 1) sum = S.MultiplyAdd(S.Load(z1 + i), S.Load(scales1 + j), sum);
            if (K.Value > 2) sum = S.MultiplyAdd(S.Load(z2 + i), S.Load(scales2 + j), sum);
            if (K.Value > 3) sum = S.MultiplyAdd(S.Load(z3 + i), S.Load(scales3 + j), sum);
            LaneStores<S, V>.Put(sum, node + i, (int)Math.Min(S.Width, call->Length - i), adds);
        }
    }
}

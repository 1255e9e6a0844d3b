using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Mixing;

/// <summary>node = Σ_k weight_k · (z_k − mean_k)/σ_k, four branches at a time. Item: image.</summary>
internal readonly unsafe struct MixForward<S, V>(MixCall* call) : IWork
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly MixCall* call = call;

    public void Run(int item, int thread)
    {
        var node = call->Node + (nint)item * call->Length;
        for (var k = 0; k < call->Count; k += Four.Of)
        {
            switch (call->Count - k)
            {
                case 1: Add<One>(node, k); break;
                case 2: Add<Two>(node, k); break;
                case 3: Add<Three>(node, k); break;
                default: Add<Four>(node, k); break;
            }
        }
    }

    /// <summary>node += Σ scales · z over the branches from <paramref name="k"/> on; the first of all begin with the shift.</summary>
    private void Add<K>(float* node, int k)
        where K : struct, ICount
    {
        int length = call->Length, pattern = call->Pattern, whole = length / S.Width * S.Width;
        float* z0 = node + call->Offsets[k], z1 = node + call->Offsets[k + Math.Min(1, K.Of - 1)];
        float* z2 = node + call->Offsets[k + Math.Min(2, K.Of - 1)], z3 = node + call->Offsets[k + K.Of - 1];
        float* scales = call->Scales + (nint)k * pattern, scales1 = scales + pattern, scales2 = scales1 + pattern, scales3 = scales2 + pattern;
        for (nint i = 0, j = 0; i < whole; i += S.Width, j += S.Width)
        {
            if (j == pattern) j = 0;
            SecondCache.Fetch(z0 + i + SecondCache.Ahead);
            if (K.Of > 1) SecondCache.Fetch(z1 + i + SecondCache.Ahead);
            if (K.Of > 2) SecondCache.Fetch(z2 + i + SecondCache.Ahead);
            if (K.Of > 3) SecondCache.Fetch(z3 + i + SecondCache.Ahead);
            var sum = k == 0 ? S.Load(call->Shift + j) : S.Load(node + i);
            sum = S.MultiplyAdd(S.Load(z0 + i), S.Load(scales + j), sum);
            if (K.Of > 1) sum = S.MultiplyAdd(S.Load(z1 + i), S.Load(scales1 + j), sum);
            if (K.Of > 2) sum = S.MultiplyAdd(S.Load(z2 + i), S.Load(scales2 + j), sum);
            if (K.Of > 3) sum = S.MultiplyAdd(S.Load(z3 + i), S.Load(scales3 + j), sum);
            S.Store(sum, node + i);
        }

        for (nint i = whole; i < length; i++)
        {
            var (j, sum) = (i % pattern, k == 0 ? call->Shift[i % pattern] : node[i]);
            sum = MathF.FusedMultiplyAdd(z0[i], scales[j], sum);
            if (K.Of > 1) sum = MathF.FusedMultiplyAdd(z1[i], scales1[j], sum);
            if (K.Of > 2) sum = MathF.FusedMultiplyAdd(z2[i], scales2[j], sum);
            if (K.Of > 3) sum = MathF.FusedMultiplyAdd(z3[i], scales3[j], sum);
            node[i] = sum;
        }
    }
}

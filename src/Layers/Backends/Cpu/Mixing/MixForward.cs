using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;

namespace MIOpenDarts.Layers.Backends.Cpu.Mixing;

/// <summary>node = Σ_k weight_k · (z_k − mean_k)/σ_k: one pass over all branches. Item: image.</summary>
internal readonly unsafe struct MixForward<S, V>(MixCall* call) : IWork
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly MixCall* call = call;

    public void Run(int item, int thread)
    {
        var node = call->Node + (nint)item * call->Length;
        var whole = call->Length / S.Width;
        var strip = 16 * call->Period * Math.Max(1, 4 / call->Period);
        for (var j = 0; j < whole; j += strip)
        {
            var y = node + (nint)j * S.Width;
            WeightedRuns<S, V>.Run(y, Math.Min(strip, whole - j), y, call->Runs, call->Count, call->Scales, call->Shift, call->Period);
        }

        var pattern = call->Period * S.Width;
        for (var i = whole * S.Width; i < call->Length; i++)
        {
            var sum = call->Shift[i % pattern];
            for (var k = 0; k < call->Count; k++) sum = MathF.FusedMultiplyAdd(call->Scales[k * pattern + i % pattern], node[call->Runs[k].Offset + i], sum);
            node[i] = sum;
        }
    }
}

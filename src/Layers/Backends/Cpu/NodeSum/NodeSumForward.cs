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
        for (var quad = 0; quad < call->QuadCount; quad++)
        {
            int k = call->Quads[quad], node = call->NodeOf[k];
            // The first of a node overwrite it, unless others have.
            var adds = call->Accumulate || (k > 0 && call->NodeOf[k - 1] == node);
            WeightedSum<S, V>.Run(
                all, call->Offsets + k, call->Scales + (nint)k * call->Pattern, call->Shifts + (nint)quad * call->Pattern,
                call->Quads[quad + 1] - k, call->Pattern, call->Length, PrefetchL2.Distance, all + call->Nodes[node], adds);
        }
    }
}

using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>What a piece of a mixture reads, in step with the rows that are computed; without a call, nothing.</summary>
internal readonly unsafe struct PrefetchNodeSumTile(NodeSumCall* call, int n, int quad, nint start, nint row) : IPrefetch
{
    private readonly NodeSumCall* call = call;
    private readonly int n = n;
    private readonly int quad = quad;
    private readonly nint start = start;
    private readonly nint row = row;

    /// <summary>The same from another row on.</summary>
    public PrefetchNodeSumTile From(int rows) => new(call, n, quad, start + rows * row, row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        if (call != null) Fetch(first, rows);
    }

    private void Fetch(int first, int rows)
    {
        var length = rows * row;
        var all = call->Origin + (nint)n * call->Length + start + first * row;
        var k = call->Quads[quad];
        if (k == 0 || call->NodeOf[k - 1] != call->NodeOf[k]) PrefetchL2.Fetch(all + call->Nodes[call->NodeOf[k]], length);
        for (; k < call->Quads[quad + 1]; k++) PrefetchL2.Fetch(all + call->Offsets[k], length);
    }
}

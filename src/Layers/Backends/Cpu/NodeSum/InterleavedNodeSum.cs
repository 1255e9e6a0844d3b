namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>
/// An image's mixture in pieces that are computed between the tiles of a convolution: what a piece reads is fetched while a tile is computed, so
/// that memory and arithmetic work at the same time. Without a call there are no pieces.
/// </summary>
internal unsafe struct InterleavedNodeSum<W>
    where W : struct, INodeSumTiles
{
    private readonly W work;
    private readonly NodeSumCall* call;
    private readonly int image;
    private readonly int thread;
    private readonly int floats;
    private readonly int count;
    private int next;

    /// <summary>Cuts image <paramref name="n"/> into about one piece for each of so many tiles.</summary>
    public InterleavedNodeSum(W work, NodeSumCall* call, int n, int thread, int tiles)
    {
        (this.work, image, this.thread) = (work, n, thread);
        this.call = call;
        if (call == null) return;
        var patterns = (call->Length + call->Pattern - 1) / call->Pattern;
        var ranges = Math.Clamp(tiles / call->QuadCount, 1, patterns);
        floats = (patterns + ranges - 1) / ranges * call->Pattern;
        count = (call->Length + floats - 1) / floats * call->QuadCount;
    }

    /// <summary>What the next piece reads, to be fetched in step with so many rows.</summary>
    public readonly PrefetchNodeSumTile Ahead(int rows) =>
        next < count ? new PrefetchNodeSumTile(call, image, next % call->QuadCount, next / call->QuadCount * floats, (floats + rows - 1) / rows) : default;

    /// <summary>Computes the next piece, if there is one.</summary>
    public void Next()
    {
        if (next == count) return;
        var start = next / call->QuadCount * floats;
        work.Piece(image, thread, next++ % call->QuadCount, start, Math.Min(start + floats, call->Length));
    }

    /// <summary>Computes what is left.</summary>
    public void Rest()
    {
        while (next < count) Next();
    }
}

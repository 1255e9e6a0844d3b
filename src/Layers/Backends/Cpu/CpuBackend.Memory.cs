using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

/// <summary>
/// The managed SIMD path: channels innermost (N, H, W, C), vectors over channels and, with few channels, over neighbouring pixels;
/// no allocation in a step; results equal bit by bit for every number of threads.
/// </summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
internal sealed unsafe partial class CpuBackend<S, V> : Backend<float>
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly ThreadTeam team;
    private readonly Scratch shared = new();
    private readonly Scratch tables = new();
    private readonly Scratch partials = new();
    private readonly Scratch perThread = new();
    private readonly MemoryTally? tally;

    /// <summary>A backend that computes with a team, which becomes its own; with a tally it only counts what it would allocate, and the team stays another's.</summary>
    public CpuBackend(ThreadTeam team, MemoryTally? tally = null)
    {
        (this.team, this.tally) = (team, tally);
        (scratch, mixing) = (new ScratchMemory(Allocate), new ScratchMemory(Allocate));
    }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override string Description => $"{S.Width * 32}-bit vectors, {team.Threads} thread{(team.Threads == 1 ? "" : "s")}";

    /// <inheritdoc/>
    public override string Signature => $"cpu/Single/{S.Width * 32}";

    /// <inheritdoc/>
    public override int Threads => team.Threads;

    /// <inheritdoc/>
    public override long? FreeBytes => tally is null ? null : long.MaxValue;

    /// <inheritdoc/>
    public override Backend<float> Counting(MemoryTally tally) => new CpuBackend<S, V>(team, tally);

    /// <inheritdoc/>
    public override Storage Allocate(long bytes) => tally?.Take(bytes) ?? new HostStorage(bytes);

    /// <inheritdoc/>
    public override void Upload<TElement>(ReadOnlySpan<TElement> source, Tensor<TElement> dst) =>
        source.CopyTo(new Span<TElement>((void*)dst.Address, checked((int)dst.Shape.Count)));

    /// <inheritdoc/>
    public override void Download<TElement>(Tensor<TElement> src, Span<TElement> destination) =>
        new ReadOnlySpan<TElement>((void*)src.Address, checked((int)src.Shape.Count)).CopyTo(destination);

    /// <inheritdoc/>
    public override void WriteImages(ReadOnlySpan<float> nchw, Tensor<float> dst)
    {
        var (shape, places) = (dst.Shape, new ChannelSegments(dst));
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var plane = nchw.Slice((n * shape.C + c) * shape.Pixels, shape.Pixels);
                var y = places.Channel(n * (nint)shape.Pixels, c);
                for (var i = 0; i < plane.Length; i++) y[(nint)i * places.Channels] = plane[i];
            }
    }

    /// <inheritdoc/>
    public override void ReadImages(Tensor<float> src, Span<float> nchw)
    {
        var (shape, places) = (src.Shape, new ChannelSegments(src));
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var plane = nchw.Slice((n * shape.C + c) * shape.Pixels, shape.Pixels);
                var x = places.Channel(n * (nint)shape.Pixels, c);
                for (var i = 0; i < plane.Length; i++) plane[i] = x[(nint)i * places.Channels];
            }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (tally is null) team.Dispose();
            shared.Dispose();
            tables.Dispose();
            partials.Dispose();
            perThread.Dispose();
            scratch.Dispose();
            mixing.Dispose();
        }

        base.Dispose(disposing);
    }

    private static float* P(Tensor<float> t) => (float*)t.Address;

    /// <summary>Memory of <paramref name="floats"/> floats for every thread: thread t's begins t · pitch behind the first.</summary>
    private float* PerThread(long floats, out long pitch)
    {
        // An odd number of cache lines between them, so that the threads' buffers do not compete for the same cache sets.
        pitch = (floats + 1023) / 1024 * 1024 + 48;
        return perThread.Floats(pitch * team.Threads);
    }
}

using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// A <see cref="Cell{T}"/> computed with everything shared that is equal: one ReLU and one pair of pools for each state, <c>none</c>
/// never, the identity by reference; batch norms are applied where their output is used and never stored, and a node is one pass over
/// all its branches. Exactly equal to the textbook form, of which it uses the parameters.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="cell">Parameters and structure.</param>
/// <param name="index">Number of the cell.</param>
/// <param name="count">Number of cells.</param>
internal sealed class SharedCell<T>(Cell<T> cell, int index, int count) : ICell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Every state has a tick of its own in the backward pass, and the preprocessing the last.
    private readonly int ticks = cell.Shape.Nodes + 3;
    private readonly SharedState<T>[] states = new SharedState<T>[2 + cell.Shape.Nodes];
    private readonly SharedNode<T>[] nodes = new SharedNode<T>[cell.Shape.Nodes];
    private Tensor<T>[] outputs = [];
    private Tensor<T>[] diffOutputs = [];
    private SharedPreprocess<T>? preprocess0;
    private SharedPreprocess<T>? preprocess1;
    private Backend<T>? backend;

    /// <inheritdoc/>
    public Tensor<T> Dst { get; private set; } = new("cell", default);

    /// <inheritdoc/>
    public Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T> src0, Tensor<T> src1)
    {
        backend = plan.Backend;
        plan.DefaultLifetime = new Lifetime(index * ticks, FirstBackwardTick + ticks - 1);
        plan.DefaultDiffLifetime = DiffLifetime;
        preprocess0 = new SharedPreprocess<T>(cell.Preprocess0, plan, src0, DiffLifetime);
        preprocess1 = new SharedPreprocess<T>(cell.Preprocess1, plan, src1, DiffLifetime);
        var shape = cell.Shape;
        // Later cells read as this one does; whoever reads the last cell wants its channels in one piece.
        var canRead = preprocess0.CanReadSegments && preprocess1.CanReadSegments;
        if (canRead && index < count - 1 && shape.Multiplier <= shape.Nodes) PlanSegments(plan);
        for (var s = 0; s < states.Length; s++)
        {
            var tensor = s switch
            {
                0 => preprocess0.Dst,
                1 => preprocess1.Dst,
                _ => PlanNode(plan, s - 2),
            };
            var tick = FirstBackwardTick + states.Length - 1 - s;
            states[s] = new SharedState<T>(cell, plan, tensor, s, new Lifetime(tick, tick));
        }

        outputs = [.. states[^shape.Multiplier..].Select(s => s.Src)];
        diffOutputs = [.. outputs.Select(o => o.Diff!)];
        if (!IsSegmented)
        {
            var (_, _, h, w) = outputs[0].Capacity;
            Dst = plan.Activation("cell", shape.Multiplier * cell.Channels, h, w);
            Dst.Diff = plan.Activation("d cell", shape.Multiplier * cell.Channels, h, w, OutputDiffLifetime);
        }

        plan.DefaultLifetime = plan.DefaultDiffLifetime = Lifetime.Always;
        return Dst;
    }

    /// <inheritdoc/>
    public void Forward(in Pass pass)
    {
        preprocess0!.Forward(pass);
        preprocess1!.Forward(pass);
        for (var s = 0; s < states.Length; s++)
        {
            if (s >= 2) nodes[s - 2].Forward();
            states[s].Forward(pass);
        }

        if (!IsSegmented) backend!.ConcatForward(outputs, Dst);
    }

    /// <inheritdoc/>
    public void Backward(in Pass pass)
    {
        // Later cells have added to the gradients of the outputs, or the concatenation overwrites them; those of the others are only added
        // to.
        for (var s = 0; s < states.Length - diffOutputs.Length; s++) backend!.Fill(states[s].Src.Diff!, T.Zero);
        foreach (var state in states) state.ClearDiffs();
        if (!IsSegmented) backend!.ConcatBackward(Dst.Diff!, diffOutputs, accumulate: false);
        for (var s = states.Length - 1; s >= 0; s--)
        {
            states[s].Backward(pass);
            if (s >= 2) nodes[s - 2].Backward();
        }

        preprocess1!.Backward(pass);
        preprocess0!.Backward(pass);
    }

    /// <summary>Tick at which the backward pass of cell <paramref name="index"/> of <paramref name="count"/> begins.</summary>
    internal static int BackwardTick(SupernetShape shape, int index, int count) => (2 * count - index) * (shape.Nodes + 3);

    private bool IsSegmented => Dst.Segments.Count > 0;

    private int FirstBackwardTick => BackwardTick(cell.Shape, index, count);

    private Lifetime DiffLifetime => new(FirstBackwardTick, FirstBackwardTick + ticks - 1);

    // The two cells after it write the gradient, the nearer one last.
    private Lifetime OutputDiffLifetime => new(FirstBackwardTick - 2 * ticks, FirstBackwardTick + ticks - 1);

    private (int H, int W) NodeExtent
    {
        get
        {
            var (stride, (_, _, h, w)) = (cell.Edge(0, 0).Stride, preprocess0!.Dst.Capacity);
            return ((h + stride - 1) / stride, (w + stride - 1) / stride);
        }
    }

    private void PlanSegments(MemoryPlan<T> plan)
    {
        var ((h, w), segments) = (NodeExtent, cell.Shape.Multiplier);
        Dst = plan.Segmented("cell", segments, cell.Channels, h, w, plan.DefaultLifetime);
        Dst.Diff = plan.Segmented("d cell", segments, cell.Channels, h, w, OutputDiffLifetime);
        for (var k = 0; k < segments; k++) Dst.Segments[k].Diff = Dst.Diff.Segments[k];
    }

    private Tensor<T> PlanNode(MemoryPlan<T> plan, int node)
    {
        var ((h, w), segment) = (NodeExtent, node - (cell.Shape.Nodes - cell.Shape.Multiplier));
        nodes[node] = new SharedNode<T>(
            plan, cell.Architecture, $"node {node}", new Shape(plan.Batch, cell.Channels, h, w),
            IsSegmented && segment >= 0 ? Dst.Segments[segment] : null,
            Enumerable.Range(0, 2 + node).SelectMany(source => states[source].TermsOf(node)),
            Enumerable.Range(0, 2 + node).SelectMany(source => states[source].BypassesTo(node)));
        return nodes[node].Dst;
    }
}

using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Bilevel;

/// <summary>
/// A model whose batch norms have the statistics of a leaf: every leaf of a batch passes through it alone. Gradients, losses and movements
/// of the running statistics are weighted by the images and added by the tree of the leaves, over all processes, so that nothing else has
/// to be exchanged during a pass.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LeafwiseModel<T> : IBilevelModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IBilevelModel<T> model;
    private readonly Tensor<T> before;
    private readonly long[] counters;
    private readonly double[] sums;

    // By level of the tree: what waits for its right sibling.
    private readonly Tensor<T>[] diffs;
    private readonly Tensor<T>[] movements;
    private readonly double[][] waiting;

    /// <summary>Has room for the sums of a tree beside the parameters of <paramref name="model"/>.</summary>
    public LeafwiseModel(IBilevelModel<T> model)
    {
        this.model = model;
        var (parameters, levels) = (model.Parameters, int.Log2(model.Backend.Leaves.Own));
        before = parameters.Companion("statistics before the batch", parameters.BufferCount);
        counters = new long[parameters.Counters.Count];
        sums = new double[2 + model.AlphaDiffs.Sum(vector => vector.Length)];
        (diffs, movements, waiting) = (new Tensor<T>[levels], new Tensor<T>[levels], new double[levels][]);
        for (var level = 0; level < levels; level++)
        {
            diffs[level] = parameters.Companion($"gradients, level {level}", parameters.Count);
            movements[level] = parameters.Companion($"movements, level {level}", parameters.BufferCount);
            waiting[level] = new double[sums.Length];
        }
    }

    /// <inheritdoc/>
    public Backend<T> Backend => model.Backend;

    /// <inheritdoc/>
    public ParameterSet<T> Parameters => model.Parameters;

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Alphas => model.Alphas;

    /// <inheritdoc/>
    public IReadOnlyList<T[]> AlphaDiffs => model.AlphaDiffs;

    /// <inheritdoc/>
    public unsafe BatchResult Evaluate(ImageBatch<T> batch, in Pass pass)
    {
        Backend.Copy(Parameters.Buffers, before);
        var leaves = Backend.Leaves.LeavesOf(batch.Labels.Length);
        for (var leaf = 0; leaf < leaves.Count; leaf++)
        {
            var (first, images) = (leaves.First(leaf), leaves.First(leaf + 1) - leaves.First(leaf));
            if (leaf > 0) Backend.Copy(before, Parameters.Buffers);
            var result = model.Evaluate(batch.Leaf(first, images), pass);
            if (leaf == 0) KeepCounters();
            Weigh(result, (double)images / batch.Share.Whole, pass.WeightGradients);
            var level = 0;
            for (; (leaf >> level & 1) == 1; level++) AddWaiting(level, pass.WeightGradients);
            if (leaf + 1 < leaves.Count) LetWait(level, pass.WeightGradients);
        }

        PutCounters();
        Backend.Leaves.UnderWay = batch.Share;
        if (pass.WeightGradients) Backend.SumOverProcesses(Parameters.Diffs);
        Backend.SumOverProcesses(Parameters.Buffers);
        Backend.Add(before, Parameters.Buffers);
        fixed (double* numbers = sums)
        {
            Backend.Leaves.QueueSums(numbers, sums.Length);
            Backend.Leaves.ExchangeQueued();
        }

        var at = 2;
        for (var k = 0; k < AlphaDiffs.Count; k++)
            for (var i = 0; i < AlphaDiffs[k].Length; i++) AlphaDiffs[k][i] = T.CreateChecked(sums[at++]);
        return new BatchResult(sums[0], (int)sums[1], batch.Share.Whole);
    }

    /// <summary>Makes of what a leaf left its term of the sums: of means over it, that of means over the batch.</summary>
    private void Weigh(BatchResult result, double share, bool weightGradients)
    {
        (sums[0], sums[1]) = (result.Loss * share, result.Correct);
        var at = 2;
        for (var k = 0; k < AlphaDiffs.Count; k++)
            foreach (var diff in AlphaDiffs[k]) sums[at++] = double.CreateChecked(diff) * share;
        if (weightGradients) Backend.ScaleVector(Parameters.Diffs, share);
        Backend.AddScaled(-1, before, Parameters.Buffers);
        Backend.ScaleVector(Parameters.Buffers, share);
    }

    private void AddWaiting(int level, bool weightGradients)
    {
        if (weightGradients) Backend.Add(diffs[level], Parameters.Diffs);
        Backend.Add(movements[level], Parameters.Buffers);
        for (var i = 0; i < sums.Length; i++) sums[i] += waiting[level][i];
    }

    private void LetWait(int level, bool weightGradients)
    {
        if (weightGradients) Backend.Copy(Parameters.Diffs, diffs[level]);
        Backend.Copy(Parameters.Buffers, movements[level]);
        sums.CopyTo(waiting[level], 0);
    }

    // A batch is counted once, by the batch norms that it passes through.
    private void KeepCounters()
    {
        for (var i = 0; i < counters.Length; i++) counters[i] = Parameters.Counters[i].Owner.BatchesTracked;
    }

    private void PutCounters()
    {
        for (var i = 0; i < counters.Length; i++) Parameters.Counters[i].Owner.BatchesTracked = counters[i];
    }
}

using System.Numerics;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Bilevel;

/// <summary>
/// The upper level of the bilevel problem, section 2.3 of the DARTS paper: moves the alphas against the validation loss, either at
/// the present weights (first order) or at the weights after one more training step (second order, eq. 6 to 8).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Architect<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IBilevelModel<T> model;
    private readonly Sgd<T> sgd;
    private readonly Tensor<T>? weights;
    private readonly Tensor<T>? statistics;
    private readonly long[] counters = [];
    private readonly T[][] direct = [];
    private readonly double[] losses = new double[4];

    /// <summary>An architect for <paramref name="model"/>, whose weights <paramref name="sgd"/> trains.</summary>
    /// <param name="model">The network.</param>
    /// <param name="sgd">Its optimiser: the unrolled step uses its momentum and weight decay.</param>
    /// <param name="adams">One optimiser for each vector of alphas.</param>
    /// <param name="unrolled">Second order; needs a further copy of the weights and of the statistics.</param>
    public Architect(IBilevelModel<T> model, Sgd<T> sgd, IReadOnlyList<Adam<T>> adams, bool unrolled)
    {
        (this.model, this.sgd, Adams, Unrolled) = (model, sgd, adams, unrolled);
        if (!unrolled) return;
        counters = new long[model.Parameters.Counters.Count];
        weights = model.Parameters.Companion("weights before the virtual step", model.Parameters.Count);
        statistics = model.Parameters.Companion("statistics before the virtual step", model.Parameters.BufferCount);
        direct = [.. model.Alphas.Select(a => new T[a.Length])];
        ImplicitDiffs = [.. model.Alphas.Select(a => new T[a.Length])];
    }

    /// <summary>Whether steps are second order.</summary>
    public bool Unrolled { get; }

    /// <summary>
    /// Terms of the loss in the alphas alone. Since the weights do not move them, they are added after the unrolled gradient.
    /// </summary>
    public IReadOnlyList<IAlphaPenalty> Penalties { get; init; } = [];

    /// <summary>Optimisers of the alphas.</summary>
    public IReadOnlyList<Adam<T>> Adams { get; }

    /// <summary>‖∇_w′ L_val‖ of the last second-order step.</summary>
    public double VectorNorm { get; private set; }

    /// <summary>Losses of the last step in the order in which they were computed: one in first order, four in second.</summary>
    public ReadOnlySpan<double> Losses => losses.AsSpan(0, Unrolled ? 4 : 1);

    /// <summary>Hessian-vector products of the last second-order step, before η.</summary>
    public IReadOnlyList<T[]> ImplicitDiffs { get; } = [];

    /// <summary>Length of the step along v between the two gradients of eq. (8): 0.01 in the paper.</summary>
    internal double PerturbationScale { get; init; } = 0.01;

    /// <summary>Called in a second-order step while the weights are the virtual ones, for tests of the virtual step.</summary>
    internal Action? AtVirtualWeights { get; set; }

    /// <summary>
    /// One architecture step. <paramref name="pass"/> keys drop path; <paramref name="rate"/> is η, the weights' learning rate.
    /// </summary>
    /// <returns>Validation loss, at the virtual weights in second order.</returns>
    public BatchResult Step(ImageBatch<T> train, ImageBatch<T> valid, double rate, in Pass pass)
    {
        var result = Unrolled
            ? Differentiate(train, valid, rate, pass)
            : Evaluate(valid, 0, pass with { Training = true, WeightGradients = false });
        for (var i = 0; i < Penalties.Count; i++) Penalties[i].AddGradient(model.Alphas, model.AlphaDiffs);
        for (var i = 0; i < Adams.Count; i++) Adams[i].Step(model.Alphas[i], model.AlphaDiffs[i]);
        return result;
    }

    private BatchResult Differentiate(ImageBatch<T> train, ImageBatch<T> valid, double rate, in Pass pass)
    {
        var (backend, parameters) = (model.Backend, model.Parameters);
        var full = pass with { Training = true, WeightGradients = true };
        var alphasOnly = full with { WeightGradients = false };

        // w′ = w − η·(momentum·buffer + ∇L_train + decay·w): what the next step would do, without clipping.
        Evaluate(train, 0, full);
        backend.Copy(parameters.Values, weights!);
        backend.AddScaled(-rate * sgd.WeightDecay, weights!, parameters.Values);
        backend.AddScaled(-rate * sgd.Momentum, sgd.MomentumBuffer, parameters.Values);
        backend.AddScaled(-rate, parameters.Diffs, parameters.Values);
        AtVirtualWeights?.Invoke();

        // The official code evaluates a copy of the network here, so this pass leaves no trace in the statistics.
        backend.Copy(parameters.Buffers, statistics!);
        for (var i = 0; i < counters.Length; i++) counters[i] = parameters.Counters[i].Owner.BatchesTracked;
        var result = Evaluate(valid, 1, full);
        backend.Copy(statistics!, parameters.Buffers);
        for (var i = 0; i < counters.Length; i++) parameters.Counters[i].Owner.BatchesTracked = counters[i];
        for (var i = 0; i < direct.Length; i++) model.AlphaDiffs[i].CopyTo(direct[i], 0);

        // Eq. (8): ∇²_α,w L_train · v ≈ (∇_α L_train(w⁺) − ∇_α L_train(w⁻)) / 2R with v = ∇_w′ L_val, which stays in Diffs.
        VectorNorm = Math.Sqrt(backend.SquaredNorm(parameters.Diffs));
        var radius = PerturbationScale / VectorNorm;
        backend.Copy(weights!, parameters.Values);
        backend.AddScaled(radius, parameters.Diffs, parameters.Values);
        Evaluate(train, 2, alphasOnly);
        for (var i = 0; i < direct.Length; i++) model.AlphaDiffs[i].CopyTo(ImplicitDiffs[i], 0);
        backend.Copy(weights!, parameters.Values);
        backend.AddScaled(-radius, parameters.Diffs, parameters.Values);
        Evaluate(train, 3, alphasOnly);
        backend.Copy(weights!, parameters.Values);
        for (var i = 0; i < direct.Length; i++) Combine(model.AlphaDiffs[i], ImplicitDiffs[i], direct[i], radius, rate);
        return result;
    }

    /// <summary>From ∇_α L_train(w⁻), ∇_α L_train(w⁺) and ∇_α L_val(w′): the product, and diffs = ∇_α L_val(w′) − η · product.</summary>
    private static void Combine(T[] diffs, T[] plusThenProduct, T[] direct, double radius, double rate)
    {
        for (var i = 0; i < diffs.Length; i++)
        {
            plusThenProduct[i] = (plusThenProduct[i] - diffs[i]) / T.CreateChecked(2 * radius);
            diffs[i] = direct[i] - T.CreateChecked(rate) * plusThenProduct[i];
        }
    }

    private BatchResult Evaluate(ImageBatch<T> batch, int slot, in Pass pass)
    {
        var result = model.Evaluate(batch, pass);
        losses[slot] = result.Loss;
        return result;
    }
}

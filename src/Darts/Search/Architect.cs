using System.Numerics;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Search;

/// <summary>
/// The upper level of the bilevel problem, section 2.3 of the DARTS paper: moves the alphas against the validation loss, either at
/// the present weights (first order) or at the weights after one more training step (second order, eq. 6 to 8).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Architect<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double PerturbationScale = 0.01;
    private readonly Supernet<T> net;
    private readonly Sgd<T> sgd;
    private readonly Tensor<T>? weights;
    private readonly Tensor<T>? statistics;
    private readonly long[] counters;
    private readonly T[] direct = [];

    /// <summary>An architect for <paramref name="net"/>, whose weights <paramref name="sgd"/> trains.</summary>
    /// <param name="net">The supernet.</param>
    /// <param name="sgd">Its optimiser: the unrolled step uses its momentum and weight decay.</param>
    /// <param name="adamNormal">Optimiser of the normal cells' alphas.</param>
    /// <param name="adamReduce">Optimiser of the reduction cells' alphas.</param>
    /// <param name="unrolled">Second order; needs two further copies of the weights.</param>
    public Architect(Supernet<T> net, Sgd<T> sgd, Adam<T> adamNormal, Adam<T> adamReduce, bool unrolled)
    {
        (this.net, this.sgd, AdamNormal, AdamReduce, Unrolled) = (net, sgd, adamNormal, adamReduce, unrolled);
        counters = new long[net.Parameters.Counters.Count];
        if (!unrolled) return;
        weights = net.Parameters.Companion("weights before the virtual step", net.Parameters.Count);
        statistics = net.Parameters.Companion("statistics before the virtual step", net.Parameters.BufferCount);
        direct = new T[net.Normal.Alphas.Length + net.Reduce.Alphas.Length];
        ImplicitNormal = new T[net.Normal.Alphas.Length];
        ImplicitReduce = new T[net.Reduce.Alphas.Length];
    }

    /// <summary>Whether steps are second order.</summary>
    public bool Unrolled { get; }

    /// <summary>Optimiser of the normal cells' alphas.</summary>
    public Adam<T> AdamNormal { get; }

    /// <summary>Optimiser of the reduction cells' alphas.</summary>
    public Adam<T> AdamReduce { get; }

    /// <summary>‖∇_w′ L_val‖ of the last second-order step.</summary>
    public double VectorNorm { get; private set; }

    /// <summary>Losses of the last step in the order in which they were computed; the first <see cref="LossCount"/> count.</summary>
    public double[] Losses { get; } = new double[4];

    /// <summary>How many losses the last step computed.</summary>
    public int LossCount => Unrolled ? 4 : 1;

    /// <summary>Hessian-vector product of the last second-order step, normal cells, before η.</summary>
    public T[] ImplicitNormal { get; } = [];

    /// <summary>Hessian-vector product of the last second-order step, reduction cells, before η.</summary>
    public T[] ImplicitReduce { get; } = [];

    /// <summary>Called in a second-order step while the weights are the virtual ones, for tests of the virtual step.</summary>
    internal Action? AtVirtualWeights { get; set; }

    /// <summary>One architecture step. <paramref name="pass"/> keys drop path; <paramref name="rate"/> is η, the weights' learning rate.</summary>
    /// <returns>Validation loss, at the virtual weights in second order.</returns>
    public BatchResult Step(ImageBatch<T> train, ImageBatch<T> valid, double rate, in Pass pass)
    {
        var result = Unrolled ? Differentiate(train, valid, rate, pass) : Evaluate(valid, 0, pass with { Training = true, WeightGradients = false });
        AdamNormal.Step(net.Normal.Alphas, net.Normal.Diffs);
        AdamReduce.Step(net.Reduce.Alphas, net.Reduce.Diffs);
        return result;
    }

    private BatchResult Differentiate(ImageBatch<T> train, ImageBatch<T> valid, double rate, in Pass pass)
    {
        var (backend, parameters) = (net.Backend, net.Parameters);
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

        // Eq. (8): ∇²_α,w L_train · v ≈ (∇_α L_train(w⁺) − ∇_α L_train(w⁻)) / 2R with v = ∇_w′ L_val, which stays in Diffs.
        VectorNorm = Math.Sqrt(backend.SquaredNorm(parameters.Diffs));
        var radius = PerturbationScale / VectorNorm;
        net.Normal.Diffs.CopyTo(direct, 0);
        net.Reduce.Diffs.CopyTo(direct, net.Normal.Diffs.Length);
        backend.Copy(weights!, parameters.Values);
        backend.AddScaled(radius, parameters.Diffs, parameters.Values);
        Evaluate(train, 2, alphasOnly);
        net.Normal.Diffs.CopyTo(ImplicitNormal, 0);
        net.Reduce.Diffs.CopyTo(ImplicitReduce, 0);
        backend.Copy(weights!, parameters.Values);
        backend.AddScaled(-radius, parameters.Diffs, parameters.Values);
        Evaluate(train, 3, alphasOnly);
        backend.Copy(weights!, parameters.Values);
        Combine(net.Normal.Diffs, ImplicitNormal, direct, radius, rate);
        Combine(net.Reduce.Diffs, ImplicitReduce, direct.AsSpan(net.Normal.Diffs.Length), radius, rate);
        return result;
    }

    /// <summary>From ∇_α L_train(w⁻), ∇_α L_train(w⁺) and ∇_α L_val(w′): the product, and diffs = ∇_α L_val(w′) − η · product.</summary>
    private static void Combine(Span<T> diffs, Span<T> plusThenProduct, ReadOnlySpan<T> direct, double radius, double rate)
    {
        for (var i = 0; i < diffs.Length; i++)
        {
            plusThenProduct[i] = (plusThenProduct[i] - diffs[i]) / T.CreateChecked(2 * radius);
            diffs[i] = direct[i] - T.CreateChecked(rate) * plusThenProduct[i];
        }
    }

    private BatchResult Evaluate(ImageBatch<T> batch, int slot, in Pass pass)
    {
        net.LoadBatch(batch.Images, batch.Labels);
        var result = net.Forward(pass);
        net.Backward(pass);
        Losses[slot] = result.Loss;
        return result;
    }
}

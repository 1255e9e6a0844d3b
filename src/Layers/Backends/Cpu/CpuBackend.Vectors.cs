using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Kernels;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void AddScaled(double factor, Tensor<float> x, Tensor<float> y) =>
        Each(new AddedScaled((float)factor, P(x), P(y)), x.Shape.Count);

    /// <inheritdoc/>
    public override void ScaleVector(Tensor<float> x, double factor) =>
        Each(new Scaled((float)factor, P(x), P(x), accumulate: false), x.Shape.Count);

    /// <inheritdoc/>
    public override double SquaredNorm(Tensor<float> x) => Dot(x, x);

    /// <inheritdoc/>
    public override void SgdStep(
        Tensor<float> weights, Tensor<float> diffs, Tensor<float> momentumBuffer, double rate, double momentum, double decay, bool nesterov) =>
        Each(
            new Sgd(P(weights), P(diffs), P(momentumBuffer), (float)-rate, (float)momentum, (float)decay, nesterov), weights.Shape.Count);

    /// <inheritdoc/>
    public override void AdamStep(Tensor<float> weights, Tensor<float> diffs, Tensor<float> mean, Tensor<float> meanSquare, in AdamSettings settings) =>
        Each(new Adam(P(weights), P(diffs), P(mean), P(meanSquare), settings), weights.Shape.Count);

    private double Dot(Tensor<float> x, Tensor<float> y)
    {
        var period = ChannelPattern.Long<S, V>(1);
        var sums = new ChannelTotals<S, V, Products>(
            new Products(P(x), P(y)), x.Shape.Count, 1, period, partials.Doubles(ChannelTotals<S, V, Products>.PartialsFor(1, period)));
        team.Run(sums.Items, ref sums);
        double unused, product;
        sums.Total(&unused, &product);
        return product;
    }

    // x, y: [count] float32
    private readonly struct AddedScaled(float factor, float* x, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) => Put(S.MultiplyAdd(S.Broadcast(factor), S.Load(x + i), S.Load(y + i)), y + i, count);
    }

    // w, d, m: [count] float32
    private readonly struct Sgd(float* w, float* d, float* m, float minusRate, float momentum, float decay, bool nesterov) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var weight = S.Load(w + i);
            var gradient = S.MultiplyAdd(S.Broadcast(decay), weight, S.Load(d + i));
            var velocity = S.MultiplyAdd(S.Broadcast(momentum), S.Load(m + i), gradient);
            var step = nesterov ? S.MultiplyAdd(S.Broadcast(momentum), velocity, gradient) : velocity;
            Put(velocity, m + i, count);
            Put(S.MultiplyAdd(S.Broadcast(minusRate), step, weight), w + i, count);
        }
    }

    // w, d, m, v: [count] float32
    private readonly struct Adam(float* w, float* d, float* m, float* v, AdamSettings settings) : IElementwise
    {
        private readonly float decay = (float)settings.WeightDecay;
        private readonly float beta1 = (float)settings.Beta1;
        private readonly float rest1 = (float)(1 - settings.Beta1);
        private readonly float beta2 = (float)settings.Beta2;
        private readonly float rest2 = (float)(1 - settings.Beta2);
        private readonly float rate = (float)settings.CorrectedRate;
        private readonly float factor = (float)settings.RootFactor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var weight = S.Load(w + i);
            var gradient = S.MultiplyAdd(S.Broadcast(decay), weight, S.Load(d + i));
            var mean = S.MultiplyAdd(S.Broadcast(beta1), S.Load(m + i), S.Multiply(S.Broadcast(rest1), gradient));
            var square = S.MultiplyAdd(S.Broadcast(beta2), S.Load(v + i), S.Multiply(S.Multiply(S.Broadcast(rest2), gradient), gradient));
            Put(mean, m + i, count);
            Put(square, v + i, count);
            var root = S.MultiplyAdd(S.Broadcast(factor), S.SquareRoot(square), S.Broadcast((float)AdamSettings.Epsilon));
            Put(S.Subtract(weight, S.Divide(S.Multiply(S.Broadcast(rate), mean), root)), w + i, count);
        }
    }

    // x, y: [count] float32
    private readonly struct Products(float* x, float* y) : IChannelTerms<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V First(V sum, long i, int p) => sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Second(V sum, long i, int p) => S.MultiplyAdd(S.Load(x + i), S.Load(y + i), sum);
    }
}

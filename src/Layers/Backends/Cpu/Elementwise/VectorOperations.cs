using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Elementwise;

/// <summary>Operations over flat vectors, and the steps of the optimisers.</summary>
internal sealed unsafe class VectorOperations<S, V>(CpuContext context, ElementwiseOperations<S, V> elementwise)
    where S : struct, ISimd<V>
    where V : struct
{
    public void AddScaled(double factor, Tensor<float> x, Tensor<float> y) =>
        elementwise.Each(new AddedScaled((float)factor, x.Data(), y.Data()), x.Shape.Count);

    public void ScaleVector(Tensor<float> x, double factor) => elementwise.Scale(x, (float)factor, x, accumulate: false);

    public double SquaredNorm(Tensor<float> x) => Dot(x, x);

    public void SgdStep(
        Tensor<float> weights, Tensor<float> diffs, Tensor<float> momentumBuffer, double rate, double momentum, double decay, bool nesterov) =>
        elementwise.Each(
            new Sgd(weights.Data(), diffs.Data(), momentumBuffer.Data(), (float)-rate, (float)momentum, (float)decay, nesterov), weights.Shape.Count);

    public void AdamStep(Tensor<float> weights, Tensor<float> diffs, Tensor<float> mean, Tensor<float> meanSquare, in AdamSettings settings) =>
        elementwise.Each(new Adam(weights.Data(), diffs.Data(), mean.Data(), meanSquare.Data(), settings), weights.Shape.Count);

    public void ScaleBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, int index) =>
        diffWeights.Data()[index] += (float)Dot(src, diffDst);

    private double Dot(Tensor<float> x, Tensor<float> y)
    {
        var period = ChannelPattern.Long<S, V>(1);
        var sums = new ChannelTotals<S, V, Products>(
            new Products(x.Data(), y.Data()), x.Shape.Count, 1, period, context.Partials.Doubles(ChannelTotals<S, V, Products>.PartialsFor(1, period)));
        context.Workers.Run(sums.Items, ref sums);
        double unused, product;
        sums.Total(&unused, &product);
        return product;
    }

    // x, y: [count] float32
    private readonly struct AddedScaled(float factor, float* x, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) => LaneStores<S, V>.Put(S.MultiplyAdd(S.Broadcast(factor), S.Load(x + i), S.Load(y + i)), y + i, count);
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
            LaneStores<S, V>.Put(velocity, m + i, count);
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Broadcast(minusRate), step, weight), w + i, count);
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
            LaneStores<S, V>.Put(mean, m + i, count);
            LaneStores<S, V>.Put(square, v + i, count);
            var root = S.MultiplyAdd(S.Broadcast(factor), S.SquareRoot(square), S.Broadcast((float)AdamSettings.Epsilon));
            LaneStores<S, V>.Put(S.Subtract(weight, S.Divide(S.Multiply(S.Broadcast(rate), mean), root)), w + i, count);
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

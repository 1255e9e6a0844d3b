using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// ReLU, two 1x1 convolutions with stride 2 on x and on x[1:,1:], concatenated, batch norm: the skip connection at stride 2.
/// x: [N,I,H,W], y: [N,O,⌈H/2⌉,⌈W/2⌉]. The official code refuses odd sizes; here the second half sees zero beyond the image.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FactorizedReduce<T> : Sequential<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Declares conv_1, conv_2 and bn below <paramref name="prefix"/>.</summary>
    public FactorizedReduce(ParameterSet<T> parameters, string prefix, int inputs, int outputs, bool affine)
        : this(new ConvolutionPair(parameters, prefix, inputs, outputs), new BatchNorm<T>(parameters, prefix + "bn.", outputs, affine))
    {
    }

    private FactorizedReduce(ConvolutionPair pair, BatchNorm<T> norm)
        : base(new Relu<T>(), pair, norm) => (Convolutions, Norm) = (pair, norm);

    /// <summary>The pair of convolutions.</summary>
    public ConvolutionPair Convolutions { get; }

    /// <summary>The batch norm.</summary>
    public BatchNorm<T> Norm { get; }

    /// <summary>The pair of convolutions of a factorized reduction. x: [N,I,H,W], y: [N,O,⌈H/2⌉,⌈W/2⌉].</summary>
    public sealed class ConvolutionPair : OperationModule<T>
    {
        /// <summary>Declares conv_1.weight and conv_2.weight.</summary>
        /// <exception cref="ArgumentException">An odd number of output channels.</exception>
        public ConvolutionPair(ParameterSet<T> parameters, string prefix, int inputs, int outputs)
        {
            if (outputs % 2 != 0)
                throw new ArgumentException($"A factorized reduction has an even number of channels, not {outputs}.", nameof(outputs));
            Even = parameters.AddParameter(prefix + "conv_1.weight", new Shape(outputs / 2, inputs, 1, 1), Initializer.FanIn, inputs);
            Odd = parameters.AddParameter(prefix + "conv_2.weight", new Shape(outputs / 2, inputs, 1, 1), Initializer.FanIn, inputs);
        }

        /// <summary>Filter on x [O/2,I,1,1].</summary>
        public Tensor<T> Even { get; }

        /// <summary>Filter on x[1:,1:] [O/2,I,1,1].</summary>
        public Tensor<T> Odd { get; }

        /// <inheritdoc/>
        public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source)
        {
            var everySecond = Window2D.Square(1, 2, 0);
            return graph.Concat(graph.Convolution(source, Even, everySecond), graph.Convolution(graph.Shift(source), Odd, everySecond));
        }

        /// <inheritdoc/>
        public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs)
        {
            var (old, now) = (((ConvolutionPair)narrow).Even.Capacity, Even.Capacity);
            inputs ??= copies.Draw(old.C, now.C);
            var (even, odd) = (copies.Draw(old.N, now.N), copies.Draw(old.N, now.N));
            copies.Add(Even, even, inputs);
            copies.Add(Odd, odd, inputs);
            return [.. even, .. odd.Select(channel => old.N + channel)];
        }

        /// <inheritdoc/>
        protected override LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source)
        {
            var dst = plan.ActivationWithDiff(
                Even.Name + " output", 2 * Even.Capacity.N, (source.Capacity.H + 1) / 2, (source.Capacity.W + 1) / 2);
            return plan.Backend.PlanFactorizedReduce(plan, source, Even, Odd, dst);
        }
    }
}

using System.Runtime.InteropServices;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void AddScaled(double factor, Tensor<float> x, Tensor<float> y)
    {
        var count = (int)x.Shape.Count;
        Arguments.Add(factor).Add(x.Address).Add(y.Address).Add(count);
        Launch("add_scaled", Groups(count), moved: 3L * count);
    }

    /// <inheritdoc/>
    public override void ScaleVector(Tensor<float> x, double factor)
    {
        var count = (int)x.Shape.Count;
        Arguments.Add(x.Address).Add(factor).Add(count);
        Launch("scale_vector", Groups(count), moved: 2L * count);
    }

    /// <inheritdoc/>
    public override double SquaredNorm(Tensor<float> x)
    {
        var result = memory.Scratch((Groups(x.Shape.Count, KernelConstants.DotElements) + 1) * sizeof(double));
        Dot(x, x, result, 0);
        var norm = 0.0;
        memory.Download(result, MemoryMarshal.AsBytes(new Span<double>(ref norm)));
        return norm;
    }

    /// <inheritdoc/>
    public override void SgdStep(
        Tensor<float> weights, Tensor<float> diffs, Tensor<float> momentumBuffer, double rate, double momentum, double decay, bool nesterov)
    {
        var count = (int)weights.Shape.Count;
        Arguments.Add(weights.Address).Add(diffs.Address).Add(momentumBuffer.Address)
            .Add(rate).Add(momentum).Add(decay).Add(Flag(nesterov)).Add(count);
        Launch("sgd_step", Groups(count), moved: 5L * count);
    }

    /// <inheritdoc/>
    public override void AdamStep(Tensor<float> weights, Tensor<float> diffs, Tensor<float> mean, Tensor<float> meanSquare,
        in AdamSettings settings)
    {
        var count = (int)weights.Shape.Count;
        Arguments.Add(weights.Address).Add(diffs.Address).Add(mean.Address).Add(meanSquare.Address)
            .Add(settings.CorrectedRate).Add(settings.Beta1).Add(settings.Beta2).Add(settings.WeightDecay).Add(settings.RootFactor)
            .Add(AdamSettings.Epsilon).Add(count);
        Launch("adam_step", Groups(count), moved: 7L * count);
    }
}

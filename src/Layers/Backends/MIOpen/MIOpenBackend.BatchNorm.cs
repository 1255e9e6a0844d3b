using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// A whole batch norm through MIOpen, which wants a scale and a shift where there are none and only overwrites. Statistics alone and
// their application by a consumer, of which the fused operations are made, are kernels of our own.
internal sealed partial class MIOpenBackend
{
    private const int Alignment = 256;
    private Storage? ones;
    private Storage? zeros;

    /// <inheritdoc/>
    public override void BatchNormForward(Tensor<float> src, BatchNormState<float> norm, Tensor<float> dst, bool training)
    {
        // MIOpen knows the images of this process alone.
        if (training && Leaves.Shares)
        {
            base.BatchNormForward(src, norm, dst, training);
            return;
        }

        var (x, y, parameters) = (Described(src), Described(dst), descriptors.Normalization(src.Shape));
        var (scale, shift) = (Scale(norm), Shift(norm));
        var running = (Span(norm.RunningMean), Span(norm.RunningVariance));
        if (training)
        {
            Library("batch norm forward", 3 * src.Shape.Count).BatchNormForwardTraining(
                BatchNormMode.Spatial, x, y, parameters, scale, shift, BatchNormState<float>.Momentum, running,
                BatchNormState<float>.Epsilon,
                (Span(norm.Mean), Span(norm.InverseDeviation)));
            norm.BatchesTracked++;
        }
        else
        {
            Library("batch norm inference", 2 * src.Shape.Count).BatchNormForwardInference(
                BatchNormMode.Spatial, x, y, parameters, scale, shift, running.Item1, running.Item2, BatchNormState<float>.Epsilon);
        }
    }

    /// <inheritdoc/>
    public override void NormalizationBackward(
        Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate, bool weightGradients)
    {
        if (Leaves.Shares)
        {
            SharedNormalizationBackward(src, norm, diffDst, diffSrc, accumulate, weightGradients);
            return;
        }

        var bytes = norm.Channels * sizeof(float);
        var distance = (bytes + Alignment - 1) / Alignment * Alignment;
        var diffScale = memory.Scratch(2L * distance + (accumulate ? diffSrc.Shape.Count * sizeof(float) : 0));
        var diffShift = diffScale + distance;
        var target = accumulate ? diffShift + distance : diffSrc.Address;
        Library("batch norm backward", 5 * src.Shape.Count).BatchNormBackward(
            BatchNormMode.Spatial, Described(src), Described(diffDst), Described(diffSrc.Shape, target),
            descriptors.Normalization(src.Shape), Scale(norm), memory.Span(diffScale, bytes), memory.Span(diffShift, bytes),
            BatchNormState<float>.Epsilon, (Span(norm.Mean), Span(norm.InverseDeviation)));
        if (accumulate) AddTo(diffSrc, target);
        if (!weightGradients || norm.Scale is null) return;
        AddTo(norm.Scale.Diff!, diffScale);
        AddTo(norm.Shift!.Diff!, diffShift);
    }

    private DeviceSpan Scale(BatchNormState<float> norm) => norm.Scale is { } scale ? Span(scale) : Constant(ref ones, 1, norm.Channels);

    private DeviceSpan Shift(BatchNormState<float> norm) => norm.Shift is { } shift ? Span(shift) : Constant(ref zeros, 0, norm.Channels);

    private DeviceSpan Constant(ref Storage? block, float value, int channels)
    {
        var bytes = channels * sizeof(float);
        if (block is null || block.Bytes < bytes)
        {
            block?.Dispose();
            block = null;
            block = Allocate(Math.Max(bytes, 4096));
            var all = new Tensor<float>("constant", Shape.Vector((int)(block.Bytes / sizeof(float))));
            all.Bind(block.Address);
            Fill(all, value);
        }

        return memory.Span(block.Address, bytes);
    }
}

using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void ReluForward(Tensor<float> src, Tensor<float> dst) =>
        Library("activation forward", 2 * src.Shape.Count).ActivationForward(descriptors.Relu, Described(src), Described(dst));

    /// <inheritdoc/>
    public override void ReluBackward(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate)
    {
        if (!accumulate)
        {
            // Of a ReLU MIOpen reads the input only, whatever it is given as the output.
            var x = Described(src);
            Library("activation backward", 3 * src.Shape.Count)
                .ActivationBackward(descriptors.Relu, x, Described(diffDst), x, Described(diffSrc));
            return;
        }

        var count = (int)src.Shape.Count;
        Arguments.Add(src.Address).Add(diffDst.Address).Add(diffSrc.Address).Add(count);
        Launch("relu_backward_add", Groups(count), moved: 4L * count);
    }

    /// <inheritdoc/>
    public override void ConcatForward(ReadOnlySpan<Tensor<float>> sources, Tensor<float> dst) =>
        Concatenate("concat_forward", sources, dst, false);

    /// <inheritdoc/>
    public override void ConcatBackward(Tensor<float> diffDst, ReadOnlySpan<Tensor<float>> diffSources, bool accumulate) =>
        Concatenate("concat_backward", diffSources, diffDst, accumulate);

    /// <inheritdoc/>
    public override void ScaleForward(Tensor<float> src, Tensor<float> weights, int index, Tensor<float> dst, bool accumulate) =>
        Combine(
            TensorOperation.Multiply, Described(src), Described(Shape.Vector(1), weights.Address + index * sizeof(float)), dst, accumulate);

    /// <inheritdoc/>
    public override void ScaleBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, int index)
    {
        if (Leaves.Shares) SharedScaleBackwardWeights(src, diffDst, diffWeights, index);
        else Dot(src, diffDst, 0, diffWeights.Address + index * sizeof(float));
    }

    /// <inheritdoc/>
    public override void ScaleImages(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate)
    {
        var count = (int)src.Shape.Count;
        Arguments.Add(src.Address).Add(factors.Address).Add(dst.Address).Add((int)src.Shape.CountPerImage).Add(Flag(accumulate)).Add(count);
        Launch("scale_images", Groups(count), moved: (accumulate ? 3L : 2L) * count);
    }

    /// <inheritdoc/>
    public override void Multiply(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate) =>
        Combine(TensorOperation.Multiply, Described(src), Described(factors), dst, accumulate);

    /// <inheritdoc/>
    public override void CrossEntropy(
        Tensor<float> logits, Tensor<int> labels, Tensor<float> result, Tensor<float>? diffLogits, double labelSmoothing = 0,
        double lossScale = 1)
    {
        var logProbabilities = memory.Scratch(logits.Shape.Count * sizeof(float));
        Library("softmax forward", 2 * logits.Shape.Count)
            .SoftmaxForward(SoftmaxAlgorithm.Log, SoftmaxMode.Channel, Described(logits), Described(logits.Shape, logProbabilities));
        Arguments.Add(logits.Address).Add(logProbabilities).Add(labels.Address).Add(result.Address).Add(Address(diffLogits))
            .Add(logits.Shape.N).Add(logits.Shape.C).Add(labelSmoothing)
            .Add(lossScale * ((double)logits.Shape.N / Leaves.WholeOf(logits.Shape.N)));
        Launch("cross_entropy", 1);
    }

    /// <summary>Σ a·b, written as a double or added to a float.</summary>
    private void Dot(Tensor<float> a, Tensor<float> b, nint result, nint added)
    {
        var count = (int)a.Shape.Count;
        var groups = Groups(count, KernelConstants.DotElements);
        var partial = memory.Scratch((groups + 1) * sizeof(double)) + sizeof(double);
        Arguments.Add(a.Address).Add(b.Address).Add(partial).Add(count);
        Launch("dot_partial", groups, moved: 2L * count);
        FinishDot(partial, groups, result, added);
    }

    private void FinishDot(nint partial, int groups, nint result, nint added)
    {
        Arguments.Add(partial).Add(groups).Add(result).Add(added);
        Launch("dot_finish", 1);
    }

    /// <summary>dst (+)= a ∘ b, where b may have length 1 along an axis.</summary>
    private void Combine(TensorOperation operation, in DeviceTensor a, in DeviceTensor b, Tensor<float> dst, bool accumulate) =>
        Library("op tensor", (accumulate ? 3 : 2) * dst.Shape.Count + b.Data.Bytes / sizeof(float))
            .Combine(operation, 1, a, 1, b, accumulate ? 1 : 0, Described(dst));

    private void AddTo(Tensor<float> dst, nint addend) =>
        Combine(TensorOperation.Add, Described(dst.Shape, addend), Described(dst), dst, accumulate: false);

    private void Concatenate(string kernel, ReadOnlySpan<Tensor<float>> parts, Tensor<float> whole, bool accumulate)
    {
        var table = new ConcatTable
        {
            Whole = whole.Address,
            Channels = whole.Shape.C,
            Pixels = whole.Shape.Pixels,
            Images = whole.Shape.N,
            Accumulate = Flag(accumulate),
        };
        var first = 0;
        while (parts.Length > 0)
        {
            var some = parts[..Math.Min(parts.Length, ConcatTable.Capacity)];
            var widest = 0;
            for (var i = 0; i < some.Length; i++)
            {
                table.Parts[i] = new ConcatPart { Part = some[i].Address, First = first, Channels = some[i].Shape.C };
                first += some[i].Shape.C;
                widest = Math.Max(widest, (int)some[i].Shape.Count);
            }

            Arguments.Add(table);
            Launch(kernel, Groups(widest), some.Length, moved: (accumulate ? 3 : 2) * some.Length * (long)widest);
            parts = parts[some.Length..];
        }
    }
}

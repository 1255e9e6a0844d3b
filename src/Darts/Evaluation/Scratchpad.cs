using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>What a place is for; tensors in one place share its memory.</summary>
internal enum ScratchpadSlot
{
    /// <summary>Output of an operation on its way into a node, and in the backward pass the node's gradient after drop path.</summary>
    Output,
    /// <summary>What is between the two halves of a separable convolution, or after a ReLU: made anew in the backward pass.</summary>
    Middle,
    /// <summary>Gradient in front of a batch norm.</summary>
    DiffRaw,
    /// <summary>Gradient of <see cref="Middle"/>.</summary>
    DiffMiddle,
}

/// <summary>
/// Tensors that hold their contents within one operation only, forward or backward, of whatever extent: every place is as large as
/// the largest that was asked for. (The scratch of a memory plan belongs to the backend's own operations.)
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">Where the memory comes from.</param>
internal sealed class Scratchpad<T>(MemoryPlan<T> plan)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(ScratchpadSlot Place, Tensor<T> Tensor)> tensors = [];
    private readonly Dictionary<ScratchpadSlot, Tensor<T>> places = [];

    /// <summary>A tensor [N,C,H,W] in a place.</summary>
    public Tensor<T> Ask(ScratchpadSlot place, int channels, int height, int width)
    {
        var tensor = new Tensor<T>(place.ToString(), new Shape(plan.Batch, channels, height, width));
        tensors.Add((place, tensor));
        return tensor;
    }

    /// <summary>Asks the plan for the places, once all tensors are known.</summary>
    public void Reserve()
    {
        foreach (var place in tensors.GroupBy(t => t.Place))
        {
            var largest = checked((int)place.Max(t => t.Tensor.Capacity.CountPerImage));
            places[place.Key] = plan.Activation(place.Key.ToString(), largest, 1, 1, Lifetime.Always);
        }
    }

    /// <summary>Gives every tensor its place, once the plan is committed.</summary>
    public void Bind()
    {
        foreach (var (place, tensor) in tensors) tensor.Bind(places[place].Address);
    }

    /// <summary>Sets the number of images of the batch under way.</summary>
    public void SetBatch(int images)
    {
        foreach (var (_, tensor) in tensors) tensor.SetBatch(images);
    }
}

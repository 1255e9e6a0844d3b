using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// A factorized reduction of a rectified source [N,I,H,W]: two 1x1 convolutions of stride 2, one pixel apart, each for half of the
/// channels.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="even">Filter of the pixels from (0, 0) on: [O/2,I,1,1].</param>
/// <param name="odd">Filter of the pixels from (1, 1) on: [O − O/2,I,1,1].</param>
/// <param name="dst">Raw output [N,O,⌈H/2⌉,⌈W/2⌉] and its statistics.</param>
/// <param name="scratch">Like the raw output; the composed form keeps its gradient there.</param>
public sealed class FactorizedReduceBranch<T>(Tensor<T> even, Tensor<T> odd, DeferredBatchNorm<T> dst, Tensor<T> scratch)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Filter of the pixels from (0, 0) on: [O/2,I,1,1].</summary>
    public Tensor<T> Even { get; } = even;

    /// <summary>Filter of the pixels from (1, 1) on: [O − O/2,I,1,1].</summary>
    public Tensor<T> Odd { get; } = odd;

    /// <summary>Raw output [N,O,⌈H/2⌉,⌈W/2⌉] and its statistics.</summary>
    public DeferredBatchNorm<T> Dst { get; } = dst;

    /// <summary>Like the raw output; the composed form keeps its gradient there.</summary>
    internal Tensor<T> Scratch { get; } = scratch;
}

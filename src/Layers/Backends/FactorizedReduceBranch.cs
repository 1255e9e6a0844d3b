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
internal sealed class FactorizedReduceBranch<T>(Tensor<T> even, Tensor<T> odd, DeferredBatchNorm<T> dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Filter of the pixels from (0, 0) on: [O/2,I,1,1].</summary>
    public Tensor<T> Even { get; } = even;

    /// <summary>Filter of the pixels from (1, 1) on: [O − O/2,I,1,1].</summary>
    public Tensor<T> Odd { get; } = odd;

    /// <summary>Raw output [N,O,⌈H/2⌉,⌈W/2⌉] and its statistics.</summary>
    public DeferredBatchNorm<T> Dst { get; } = dst;

    /// <summary>What reductions compute, and from what shape.</summary>
    internal static string Describe(Tensor<T> src, IReadOnlyList<FactorizedReduceBranch<T>> branches) =>
        $"{branches.Count} x relu, factorized reduction over {src.Capacity}";
}

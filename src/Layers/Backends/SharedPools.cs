using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// The 3x3 max and average pool of one state, each with the batch norms of all edges that use it. The raw values are shared;
/// an edge keeps its own running statistics and its own gradient vectors.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SharedPools<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>State [N,C,H,W]; its Diff accumulates.</summary>
    public required Tensor<T> Src { get; init; }

    /// <summary>Stride 1 or 2, padding 1.</summary>
    public required Window2D Window { get; init; }

    /// <summary>Largest values [N,C,H',W'].</summary>
    public required Tensor<T> Max { get; init; }

    /// <summary>Tap of the largest value.</summary>
    public required Tensor<byte> Indices { get; init; }

    /// <summary>Means [N,C,H',W'].</summary>
    public required Tensor<T> Average { get; init; }

    /// <summary>The max pool's batch norm in every edge that uses it.</summary>
    public required ActiveList<DeferredBatchNorm<T>> MaxEdges { get; init; }

    /// <summary>The average pool's batch norm in every edge that uses it.</summary>
    public required ActiveList<DeferredBatchNorm<T>> AverageEdges { get; init; }

    /// <summary>Whether both pools are used; one that no edge uses is not computed.</summary>
    internal bool UsesBoth => !MaxEdges.Active.IsEmpty && !AverageEdges.Active.IsEmpty;

    /// <summary>What is pooled for how many edges.</summary>
    internal string Describe() =>
        $"max pool for {MaxEdges.All.Count} edges and average pool for {AverageEdges.All.Count} edges, " +
        $"{Window.KernelH}x{Window.KernelW} stride {Window.StrideH} over {Src.Capacity}";
}

using System.Globalization;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen.Kernels;

/// <summary>
/// Numbers that the host and <c>native/kernels</c> share. Each stands here only: the kernels get them as compiler options and do not
/// define them.
/// </summary>
internal static class KernelConstants
{
    /// <summary>Threads of a work-group, but for <see cref="FinishThreads"/>.</summary>
    public const int Threads = 256;

    /// <summary>Threads of a work-group that merges the statistics of one channel.</summary>
    public const int FinishThreads = 64;

    /// <summary>Pixels of a channel whose statistics, or whose sums for the gradient of a batch norm, one work-group makes.</summary>
    public const int StatisticsPixels = 1024;

    /// <summary>Pixels of a channel of a source whose gradient one work-group makes.</summary>
    public const int SourcePixels = 1024;

    /// <summary>Sets of planes of a source whose gradients one work-group of the form for planes makes.</summary>
    public const int SourceSets = 2;

    /// <summary>Output pixels over which one work-group sums the gradient of a pointwise filter.</summary>
    public const int PointwisePixels = 1024;

    /// <summary>Rows and columns of a pointwise filter's gradient that one work-group makes.</summary>
    public const int PointwiseTile = 16;

    /// <summary>Channels for which a work-group of the form for planes holds sums.</summary>
    public const int PlaneTile = 16;

    /// <summary>Elements of a dot product that one work-group sums.</summary>
    public const int DotElements = 4096;

    /// <summary>All of them, as options of the compiler.</summary>
    public static IReadOnlyList<string> CompilerOptions { get; } =
    [
        Define("THREADS", Threads),
        Define("FINISH_THREADS", FinishThreads),
        Define("STATISTICS_PIXELS", StatisticsPixels),
        Define("SOURCE_PIXELS", SourcePixels),
        Define("SOURCE_SETS", SourceSets),
        Define("POINTWISE_PIXELS", PointwisePixels),
        Define("POINTWISE_TILE", PointwiseTile),
        Define("PLANE_TILE", PlaneTile),
        Define("DOT_ELEMENTS", DotElements),
        Define("CONCAT_PARTS", ConcatTable.Capacity),
        Define("PARTIAL_SUMS", PartialSumTable.Capacity),
        Define("STATISTICS", StatisticTable.Capacity),
        Define("GRADIENT_TERMS", GradientTable.Capacity),
        Define("DIFF_TERMS", DiffTable.Capacity),
        Define("NODE_SUM_TERMS", NodeSumTable.Capacity),
        Define("NODE_SUM_NODES", NodeSumTable.NodeCapacity),
        Define("BRANCHES", BranchTable.Capacity),
        Define("BATCH_NORM_EPSILON", BatchNormState<float>.Epsilon),
        Define("BATCH_NORM_MOMENTUM", BatchNormState<float>.Momentum),
    ];

    private static string Define(string name, double value) => string.Create(CultureInfo.InvariantCulture, $"-D{name}={value:R}");
}

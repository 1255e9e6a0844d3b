using System.Globalization;
using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.MIOpen.Kernels;

/// <summary>A struct that kernels take, declared in a kernel file and, under the same name, in KernelStructs.cs.</summary>
/// <param name="File">The kernel file.</param>
/// <param name="Mirror">The struct here.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record KernelStruct(string File, Type Mirror, int Bytes)
{
    /// <summary>Its name, the same in both languages.</summary>
    public string Name => Mirror.Name;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelStruct> All { get; } =
    [
        From<Branch>("branches.hip"),
        From<BranchSource>("branches.hip"),
        From<BranchTable>("branches.hip"),
        From<PartialChannels>("channels.hip"),
        From<DiffTerm>("diffs.hip"),
        From<DiffTable>("diffs.hip"),
        From<ConcatPart>("elementwise.hip"),
        From<ConcatTable>("elementwise.hip"),
        From<NodeSumTerm>("node_sum.hip"),
        From<SummedNode>("node_sum.hip"),
        From<NodeSumTable>("node_sum.hip"),
        From<Statistic>("normalization.hip"),
        From<StatisticTable>("normalization.hip"),
        From<GradientTerm>("normalization.hip"),
        From<GradientTable>("normalization.hip"),
        From<PoolWindow>("pooling.hip"),
        From<PoolShape>("pooling.hip"),
        From<PlanePools>("pooling_planes.hip"),
        From<PartialSum>("vectors.hip"),
        From<PartialSumTable>("vectors.hip"),
    ];

    /// <summary>What stands after a kernel file: the compiler refuses it if a struct has another size there.</summary>
    /// <param name="file">The kernel file.</param>
    public static string Assertions(string file) =>
        string.Concat(All.Where(s => s.File == file).Select(s => string.Create(
            CultureInfo.InvariantCulture,
            $"static_assert(sizeof({s.Name}) == {s.Bytes}, \"KernelStructs.cs has a {s.Name} of {s.Bytes} bytes\");\n")));

    private static KernelStruct From<T>(string file)
        where T : unmanaged => new(file, typeof(T), Unsafe.SizeOf<T>());
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MIOpenDarts.Layers.Backends.MIOpen.Kernels;

// Structs of native/kernels, field by field: the same names, a field's in snake case there (KernelStruct lists them). A kernel gets a whole
// table as one argument, at most 4,096 bytes.

[StructLayout(LayoutKind.Sequential)]
internal struct ConcatPart
{
    public nint Part;
    public int First, Channels;
}

[InlineArray(ConcatTable.Capacity)]
internal struct ConcatParts
{
    private ConcatPart first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct ConcatTable
{
    public const int Capacity = 16;
    public ConcatParts Parts;
    public nint Whole;
    public int Channels, Pixels, Images, Accumulate;
}

[StructLayout(LayoutKind.Sequential)]
internal struct PartialSum
{
    public nint Partial, Dst;
    public int Count, Groups;
}

[InlineArray(Capacity)]
internal struct PartialSumTable
{
    public const int Capacity = 32;
    private PartialSum first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct Statistic
{
    public nint Partial, Mean, Inverse, RunningMean, RunningVariance;
    public int Channels, Groups, Size, Count;
}

[InlineArray(Capacity)]
internal struct StatisticTable
{
    public const int Capacity = 32;
    private Statistic first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GradientTerm
{
    public nint Sums, Products, Mean, Inverse, GradientDy, GradientZ, GradientConstant;
    public int Index, Applied;
}

[InlineArray(GradientTable.Capacity)]
internal struct GradientTerms
{
    private GradientTerm first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GradientTable
{
    public const int Capacity = 48;
    public GradientTerms Terms;
    public nint Weights, DiffWeights, Scale, DiffGamma, DiffBeta;
    public int Channels, Groups, Count;
}

[StructLayout(LayoutKind.Sequential)]
internal struct DiffTerm
{
    public nint Value, Diff, GradientDy, GradientZ, GradientConstant;
}

[InlineArray(DiffTable.Capacity)]
internal struct DiffTerms
{
    private DiffTerm first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct DiffTable
{
    public const int Capacity = 16;
    public DiffTerms Terms;
    public nint Dst;
    public int Used, Channels, Pixels, Count, Accumulate;
}

[StructLayout(LayoutKind.Sequential)]
internal struct PoolWindow(Window2D window)
{
    public int KernelH = window.KernelH, KernelW = window.KernelW, StrideH = window.StrideH, StrideW = window.StrideW;
    public int PaddingH = window.PaddingH, PaddingW = window.PaddingW, Dilation = window.Dilation;
}

[StructLayout(LayoutKind.Sequential)]
internal struct PoolShape
{
    public int Height, Width, OutHeight, OutWidth;
}

[StructLayout(LayoutKind.Sequential)]
internal struct PlanePools
{
    public nint Src, Max, Average, Indices, MaxPartial, AveragePartial;
    public int Images, Channels, Height, Width;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NodeSumTerm
{
    public nint Value, Mean, Inverse, Diff, Products;
    public int Index, Applied;
}

[InlineArray(NodeSumTable.Capacity)]
internal struct NodeSumTerms
{
    private NodeSumTerm first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NodeSumTable
{
    public const int Capacity = 48;
    public const int NodeCapacity = 8;
    public NodeSumTerms Terms;
    public SummedNodes Nodes;
    public nint Weights, Node;
    public int Used, NodeCount, Channels, Pixels, Count;
}

[StructLayout(LayoutKind.Sequential)]
internal struct SummedNode
{
    public nint Diff, Sums;
    public int First, End;
}

[InlineArray(NodeSumTable.NodeCapacity)]
internal struct SummedNodes
{
    private SummedNode first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct Branch
{
    public nint Src, Mean, Inverse, Depthwise, Pointwise, Value;
    public nint Diff, GradientDy, GradientZ, GradientConstant, Middle, Partial, PartialDepthwise;
    public int Inputs, Outputs, Height, Width, OutHeight, OutWidth;
    public int KernelH, KernelW, StrideH, StrideW, PaddingH, PaddingW, Dilation;
    public int Channels, Rectified;

    public readonly int Pixels => Height * Width;

    public readonly int OutPixels => OutHeight * OutWidth;

    public readonly int Taps => KernelH * KernelW;
}

[StructLayout(LayoutKind.Sequential)]
internal struct BranchSource
{
    public nint Diff, Sums, Products;
    public int First, Count, Accumulate;
}

[InlineArray(BranchTable.Capacity)]
internal struct Branches
{
    private Branch first;
}

[InlineArray(BranchTable.Capacity)]
internal struct BranchSources
{
    private BranchSource first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct BranchTable
{
    public const int Capacity = 16;
    public Branches Branches;
    public BranchSources Sources;
    public int Images, Statistics;
}

[StructLayout(LayoutKind.Sequential)]
internal struct PartialChannels
{
    public int Images, Channels, Heads, Height, Width, OutHeight, OutWidth;
}

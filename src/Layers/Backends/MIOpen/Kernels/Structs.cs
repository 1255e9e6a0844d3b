using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MIOpenDarts.Layers.Backends.MIOpen.Kernels;

// Structs of native/kernels, field by field. A kernel gets a whole table as one argument, at most 4,096 bytes.

[StructLayout(LayoutKind.Sequential)]
internal struct ConcatPart
{
    public nint Part;
    public int First, Channels;
}

[InlineArray(Concat.Most)]
internal struct ConcatParts
{
    private ConcatPart first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct Concat
{
    public const int Most = 16;
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

[InlineArray(Most)]
internal struct PartialSums
{
    public const int Most = 32;
    private PartialSum first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct Statistic
{
    public nint Partial, Mean, Inverse, RunningMean, RunningVariance;
    public int Channels, Groups, Size, Count;
}

[InlineArray(Most)]
internal struct StatisticTable
{
    public const int Most = 32;
    private Statistic first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GradientOf
{
    public nint Sums, Products, Mean, Inverse, DiffScale, ValueScale, Offset;
    public int Index, Applied;
}

[InlineArray(GradientTable.Most)]
internal struct GradientsOf
{
    private GradientOf first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GradientTable
{
    public const int Most = 48;
    public GradientsOf Of;
    public nint Weights, DiffWeights, Scale, DiffGamma, DiffBeta;
    public int Channels, Groups, Count;
}

[StructLayout(LayoutKind.Sequential)]
internal struct DiffTerm
{
    public nint Value, Diff, DiffScale, ValueScale, Offset;
}

[InlineArray(DiffTable.Most)]
internal struct DiffTerms
{
    private DiffTerm first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct DiffTable
{
    public const int Most = 16;
    public DiffTerms Of;
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
internal struct Planes
{
    public int Height, Width, OutHeight, OutWidth;
}

[StructLayout(LayoutKind.Sequential)]
internal struct MixTerm
{
    public nint Value, Mean, Inverse, Diff, Products;
    public int Index, Applied;
}

[InlineArray(MixTable.Most)]
internal struct MixTerms
{
    private MixTerm first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct MixTable
{
    public const int Most = 48;
    public const int MostNodes = 8;
    public MixTerms Branches;
    public MixNodes Nodes;
    public nint Weights, Node;
    public int Used, NodeCount, Channels, Pixels, Count;
}

[StructLayout(LayoutKind.Sequential)]
internal struct MixNode
{
    public nint Diff, Sums;
    public int First, End;
}

[InlineArray(MixTable.MostNodes)]
internal struct MixNodes
{
    private MixNode first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct Branch
{
    public nint Src, Mean, Inverse, Depthwise, Pointwise, Value, Diff, DiffScale, ValueScale, Offset, Middle, Partial, PartialDepthwise;
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

[InlineArray(BranchTable.Most)]
internal struct Branches
{
    private Branch first;
}

[InlineArray(BranchTable.Most)]
internal struct BranchSources
{
    private BranchSource first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct BranchTable
{
    public const int Most = 16;
    public Branches Branches;
    public BranchSources Sources;
    public int Images, Statistics;
}

[StructLayout(LayoutKind.Sequential)]
internal struct ChannelParts
{
    public int Images, Channels, Heads, Height, Width, OutHeight, OutWidth;
}

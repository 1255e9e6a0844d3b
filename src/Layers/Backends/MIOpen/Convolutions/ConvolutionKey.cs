using System.Globalization;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen.Convolutions;

/// <summary>One convolution in the terms of MIOpen: what decides over the solver.</summary>
internal readonly record struct ConvolutionKey(
    ConvolutionDirection Direction, Shape Src, Shape Weights, Shape Dst, Window2D Window, int Groups, bool Deterministic)
{
    /// <summary>The same in words without a tab, by which it is remembered.</summary>
    public override string ToString()
    {
        var w = Window;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Direction} {Src.N}x{Src.C}x{Src.H}x{Src.W} filter {Weights.N}x{Weights.C}x{w.KernelH}x{w.KernelW} "
            + $"stride {w.StrideH}x{w.StrideW} padding {w.PaddingH}x{w.PaddingW} dilation {w.Dilation} "
            + $"groups {Groups}{(Deterministic ? " deterministic" : "")}");
    }
}

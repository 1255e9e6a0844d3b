using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>
/// A convolution that mixes channels, as products of matrices: y = cols · weights, where cols: [pixels][taps · I] (see
/// <see cref="Im2Col{S,V}"/>) and weights: [taps · I][O], in each of its groups.
/// </summary>
/// <param name="Src">[N,I·groups,H,W].</param>
/// <param name="Dst">[N,C,H',W'], of which the convolution's outputs may be some channels.</param>
/// <param name="Window">Window.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Outputs">Output channels of a group.</param>
/// <param name="FirstOutput">Channel of Dst where the outputs begin.</param>
internal readonly unsafe record struct ConvolutionCall(Shape Src, Shape Dst, Window2D Window, int Groups, int Outputs, int FirstOutput = 0)
{
    // 128 KiB: the tile of cols stays in L2 while every block of outputs reads it.
    private const int TileFloats = 32768;

    public int Inputs => Src.C / Groups;

    /// <summary>Factors of an output.</summary>
    public int Depth => Window.Taps * Inputs;

    /// <summary>Whether the image is its own matrix.</summary>
    public bool IsDirect => Groups == 1 && Window == Window2D.Point;

    /// <summary>Rows of outputs in a tile.</summary>
    public int TileRows => Math.Clamp(TileFloats / (Dst.W * Math.Max(Depth, Outputs)), 1, Dst.H);

    /// <summary>Outputs of a tile.</summary>
    public int TilePixels => TileRows * Dst.W;

    public int PaddedOutputs(int width) => (int)SourceLayout.RoundUp(Outputs, width);

    public int PaddedDepth(int width) => (int)SourceLayout.RoundUp(Depth, width);

    public Im2Col<S, V> Im2Col<S, V>()
        where S : struct, ISimd<V> => new((Src.H, Src.W, Src.C), Window, Inputs, Dst.W, PaddedDepth(S.Width));
}

namespace MIOpenDarts.Layers.Backends;

/// <summary>Geometry of a convolution or pool in two dimensions.</summary>
/// <param name="KernelH">Rows of the filter.</param>
/// <param name="KernelW">Columns of the filter.</param>
/// <param name="StrideH">Rows between two outputs.</param>
/// <param name="StrideW">Columns between two outputs.</param>
/// <param name="PaddingH">Rows of zeros above and below.</param>
/// <param name="PaddingW">Columns of zeros at the left and right.</param>
/// <param name="Dilation">Distance between two taps.</param>
public readonly record struct Window2D(int KernelH, int KernelW, int StrideH, int StrideW, int PaddingH, int PaddingW, int Dilation)
{
    /// <summary>A 1x1 window.</summary>
    public static Window2D Point => Square(1, 1, 0);

    /// <summary>A window with equal sides.</summary>
    public static Window2D Square(int kernel, int stride, int padding, int dilation = 1) =>
        new(kernel, kernel, stride, stride, padding, padding, dilation);

    /// <summary>Such as <c>5x5 dilated stride 2</c>.</summary>
    internal string Describe() =>
        $"{KernelH}x{KernelW}{(Dilation > 1 ? " dilated" : "")}{(StrideH > 1 ? $" stride {StrideH}" : "")}";

    /// <summary>Number of taps.</summary>
    public int Taps => KernelH * KernelW;

    /// <summary>Rows of the output for <paramref name="height"/> rows of input.</summary>
    public int OutputHeight(int height) => (height + 2 * PaddingH - Dilation * (KernelH - 1) - 1) / StrideH + 1;

    /// <summary>Columns of the output for <paramref name="width"/> columns of input.</summary>
    public int OutputWidth(int width) => (width + 2 * PaddingW - Dilation * (KernelW - 1) - 1) / StrideW + 1;
}

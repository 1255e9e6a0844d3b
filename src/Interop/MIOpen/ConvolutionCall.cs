namespace MIOpenDarts.Interop.MIOpen;

/// <summary>
/// One convolution in one direction: y from x and w, dx from dy and w, or dw from dy and x. The tensor that the direction computes is
/// written, the two others are read. All packed.
/// </summary>
/// <param name="Direction">What is computed.</param>
/// <param name="Descriptor">Padding, stride, dilation, groups.</param>
/// <param name="X">x or dx, [N, C, H, W].</param>
/// <param name="W">w or dw, [K, C / groups, R, S].</param>
/// <param name="Y">y or dy, [N, K, P, Q].</param>
public readonly record struct ConvolutionCall(
    ConvolutionDirection Direction, ConvolutionDescriptor Descriptor, DeviceTensor X, DeviceTensor W, DeviceTensor Y)
{
    /// <summary>Refuses what MIOpen would compute wrongly without a word.</summary>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Descriptor);
        var (x, w, y) = (X.Packed(nameof(X)).Descriptor, W.Packed(nameof(W)).Descriptor, Y.Packed(nameof(Y)).Descriptor);
        var groups = Descriptor.Groups;
        if (x.Lengths[1] != w.Lengths[1] * groups || w.Lengths[0] % groups != 0 || y.Lengths[1] != w.Lengths[0])
        {
            throw new ArgumentException(
                $"x {x}, w {w} and y {y} do not fit together with {groups} group(s): weights are [K, C / groups, R, S].");
        }
    }
}

/// <summary>A solver that MIOpen found for one problem on this device.</summary>
/// <param name="Direction">What it computes.</param>
/// <param name="Algorithm">MIOpen's number of the algorithm.</param>
/// <param name="Milliseconds">Measured time.</param>
/// <param name="WorkspaceBytes">Bytes of workspace that it needs.</param>
public sealed record ConvolutionPlan(ConvolutionDirection Direction, int Algorithm, float Milliseconds, long WorkspaceBytes);

/// <summary>A solver of MIOpen's immediate mode.</summary>
/// <param name="Direction">What it computes.</param>
/// <param name="Id">MIOpen's number of the solver: stable between runs, so it can be stored.</param>
/// <param name="Milliseconds">Measured or estimated time; negative if unknown.</param>
/// <param name="WorkspaceBytes">Bytes of workspace that it needs.</param>
public sealed record ConvolutionSolution(ConvolutionDirection Direction, ulong Id, float Milliseconds, long WorkspaceBytes);

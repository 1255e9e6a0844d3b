using System.Numerics;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

/// <summary>
/// The form of the kernels for branches whose planes fit into local memory (<c>separable_planes.hip</c>): a work-group takes whole planes
/// of several images.
/// </summary>
/// <param name="Width">Largest height and width of the planes that a work-group holds, 8, 16 or 32.</param>
/// <param name="Stride">Of all branches.</param>
internal readonly record struct PlaneForm(int Width, int Stride)
{
    private const int Widest = 32;

    /// <summary>Images whose planes a work-group holds, four pixels a thread.</summary>
    public int Images => 4 * KernelConstants.Threads / (Width * Width);

    /// <summary>The end of a kernel's name.</summary>
    public string Suffix => Stride == 1 ? $"_planes_{Width}" : $"_planes_{Width}_stride_2";

    /// <summary>Work-groups for so many images, where one makes <paramref name="sets"/> sets of planes after the other.</summary>
    public int Groups(int images, int sets = 1) => (images + (sets * Images) - 1) / (sets * Images);

    /// <summary>For kernels that go over output planes, or null where these branches need the general form.</summary>
    public static PlaneForm? OfOutputs(in BranchTable table, int used)
    {
        var form = new PlaneForm(WidthOf(table.Branches[0].OutHeight, table.Branches[0].OutWidth), table.Branches[0].StrideH);
        for (var i = 0; i < used; i++)
        {
            var b = table.Branches[i];
            if (!Fits(b) || form != new PlaneForm(WidthOf(b.OutHeight, b.OutWidth), b.StrideH)) return null;
        }

        // Twice as large planes lie in local memory where the stride is two.
        return form.Width * form.Stride <= Widest ? form : null;
    }

    /// <summary>For kernels that go over the planes of sources, or null where these branches need the general form.</summary>
    public static PlaneForm? OfSources(in BranchTable table, int used)
    {
        var form = new PlaneForm(WidthOf(table.Branches[0].Height, table.Branches[0].Width), 1);
        for (var i = 0; i < used; i++)
        {
            var b = table.Branches[i];
            if (!Fits(b) || form.Width != WidthOf(b.Height, b.Width)) return null;
        }

        return form.Width <= Widest ? form : null;
    }

    /// <summary>
    /// For pools, over the planes of their source, or null where they need the general form: 3x3 windows that move by one or two pixels,
    /// and rows of whole quads.
    /// </summary>
    public static PlaneForm? OfPools(Window2D window, Shape src)
    {
        var form = new PlaneForm(WidthOf(src.H, src.W), window.StrideH);
        var moves = form.Stride is 1 or 2 && window == Window2D.Square(3, form.Stride, 1);
        return moves && src.W % 4 == 0 && form.Width <= Widest ? form : null;
    }

    private static int WidthOf(int height, int width) => Math.Max(8, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(height, width)));

    private static bool Fits(in Branch b) =>
        (b.KernelH, b.StrideH, b.PaddingH) == (b.KernelW, b.StrideW, b.PaddingW) && b.StrideH is 1 or 2
        && (b.Depthwise == 0 ? b.KernelH == 1 : b.KernelH is 3 or 5) && b.Dilation is 1 or 2
        && b.PaddingH == b.Dilation * (b.KernelH - 1) / 2
        && (b.OutHeight, b.OutWidth) == (((b.Height - 1) / b.StrideH) + 1, ((b.Width - 1) / b.StrideW) + 1);
}

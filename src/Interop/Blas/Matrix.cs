using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.Blas;

/// <summary>A column-major matrix in device memory, perhaps to be taken transposed.</summary>
/// <param name="Data">The memory, from the first element on.</param>
/// <param name="Rows">Rows as stored.</param>
/// <param name="Columns">Columns as stored.</param>
/// <param name="LeadingDimension">Distance of neighbouring columns in elements; at least the number of rows.</param>
/// <param name="Transposed">Whether the operation takes the transpose.</param>
public readonly record struct Matrix(DeviceSpan Data, int Rows, int Columns, int LeadingDimension, bool Transposed = false)
{
    /// <summary>A matrix whose columns follow each other without gaps.</summary>
    public Matrix(DeviceSpan data, int rows, int columns, bool transposed = false)
        : this(data, rows, columns, rows, transposed)
    {
    }

    /// <summary>Rows as the operation sees them.</summary>
    internal int M => Transposed ? Columns : Rows;

    /// <summary>Columns as the operation sees them.</summary>
    internal int N => Transposed ? Rows : Columns;

    internal hipblasOperation_t Operation => Transposed ? hipblasOperation_t.HIPBLAS_OP_T : hipblasOperation_t.HIPBLAS_OP_N;

    internal unsafe float* In(Leases held, long stride = 0, int count = 1)
    {
        if (Rows < 1 || Columns < 1 || LeadingDimension < Rows || stride < 0 || count < 1)
        {
            throw new ArgumentException(
                $"A {Rows}x{Columns} matrix with leading dimension {LeadingDimension}, stride {stride} and {count} in the batch "
                + "cannot be: lengths are positive and a column has to fit into the leading dimension.");
        }
        var elements = ((count - 1) * stride) + (((long)Columns - 1) * LeadingDimension) + Rows;
        return (float*)Data.AtLeast(elements * sizeof(float), nameof(Data)).In(held);
    }
}

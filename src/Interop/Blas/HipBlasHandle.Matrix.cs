using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Blas;

public sealed unsafe partial class HipBlasHandle
{
    /// <summary>
    /// c = alpha · op(a) · op(b) + beta · c. On gfx803 stock rocBLAS chooses kernels that compute wrong results without saying so (most
    /// products with a transposed): see docs/interop.md for the cure.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a matrix does not lie in its memory.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void Gemm(float alpha, in Matrix a, in Matrix b, float beta, in Matrix c)
    {
        Fit(a, b, c);
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasSgemm(In(held), a.Operation, b.Operation, a.M, b.N, a.N, &alpha, a.In(held), a.LeadingDimension,
            b.In(held), b.LeadingDimension, &beta, c.In(held), c.LeadingDimension));
    }

    /// <summary>The same for a batch whose matrices lie at equal distances (in elements); a distance of 0 uses one for all.</summary>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void GemmStridedBatched(int count, float alpha, in Matrix a, long strideA, in Matrix b, long strideB, float beta, in Matrix c,
        long strideC)
    {
        Fit(a, b, c);
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasSgemmStridedBatched(In(held), a.Operation, b.Operation, a.M, b.N, a.N, &alpha,
            a.In(held, strideA, count), a.LeadingDimension, strideA, b.In(held, strideB, count), b.LeadingDimension, strideB, &beta,
            c.In(held, strideC, count), c.LeadingDimension, strideC, count));
    }

    /// <summary>c = alpha · op(a) + beta · op(b): addition and transposition.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void Geam(float alpha, in Matrix a, float beta, in Matrix b, in Matrix c)
    {
        if (a.M != c.Rows || a.N != c.Columns || b.M != c.Rows || b.N != c.Columns || c.Transposed)
        {
            throw new ArgumentException($"A {a.M}x{a.N} and a {b.M}x{b.N} matrix do not add up to a {c.Rows}x{c.Columns} one.");
        }
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasSgeam(In(held), a.Operation, b.Operation, c.Rows, c.Columns, &alpha, a.In(held),
            a.LeadingDimension,
            &beta, b.In(held), b.LeadingDimension, c.In(held), c.LeadingDimension));
    }

    /// <summary>y = alpha · op(a) · x + beta · y.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void Gemv(float alpha, in Matrix a, Strided x, float beta, Strided y)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasSgemv(In(held), a.Operation, a.Rows, a.Columns, &alpha, a.In(held), a.LeadingDimension,
            x.In(held, a.N), x.Increment, &beta, y.In(held, a.M), y.Increment));
    }

    private static void Fit(in Matrix a, in Matrix b, in Matrix c)
    {
        if (a.N != b.M || a.M != c.Rows || b.N != c.Columns || c.Transposed)
        {
            throw new ArgumentException($"A {a.M}x{a.N} times a {b.M}x{b.N} matrix does not give a {c.Rows}x{c.Columns} one.");
        }
    }
}

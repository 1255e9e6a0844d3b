using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Streams;

namespace MIOpenDarts.Interop.Blas;

/// <summary>
/// hipBLAS on one stream, for 32-bit floating point. Matrices are column-major, as BLAS has it. Every range is checked against what the
/// call is going to touch. One thread at a time.
/// </summary>
public sealed unsafe partial class HipBlasHandle : DeviceHandle
{
    private readonly HipStream stream;

    private HipBlasHandle(HipStream stream)
        : base(stream.Device) => this.stream = stream;

    /// <summary>Whether only algorithms without atomic additions are used, so that results are the same in every run.</summary>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public bool Deterministic
    {
        get
        {
            using var held = Leases.Open(Device);
            hipblasAtomicsMode_t mode;
            Status.Check(HipBlasNative.hipblasGetAtomicsMode(In(held), &mode));
            return mode == hipblasAtomicsMode_t.HIPBLAS_ATOMICS_NOT_ALLOWED;
        }

        set
        {
            using var held = Leases.Open(Device);
            Status.Check(HipBlasNative.hipblasSetAtomicsMode(
                In(held), value ? hipblasAtomicsMode_t.HIPBLAS_ATOMICS_NOT_ALLOWED : hipblasAtomicsMode_t.HIPBLAS_ATOMICS_ALLOWED));
        }
    }

    /// <summary>Creates a handle.</summary>
    /// <param name="stream">The stream to work on; it has to outlive the handle.</param>
    /// <exception cref="RocmNotFoundException">There is no hipBLAS.</exception>
    /// <exception cref="HipBlasException">hipBLAS cannot use the device.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public static HipBlasHandle Create(HipStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Rocm.Require(RocmLibrary.HipBlas);
        var handle = new HipBlasHandle(stream);
        using var held = Leases.Open(stream.Device);
        using (stream.Device.Activate())
        {
            hipblasHandle_t created;
            Status.Check(HipBlasNative.hipblasCreate(&created));
            handle.Own(created);
            var set = HipBlasNative.hipblasSetStream(handle.In(held), stream.In(held));
            if (set != hipblasStatus_t.HIPBLAS_STATUS_SUCCESS)
            {
                handle.Dispose();
            }
            Status.Check(set);
        }
        return handle;
    }

    /// <summary>y = alpha · x + y, over n elements that lie <c>increment</c> apart.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void Axpy(int n, float alpha, Strided x, Strided y)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasSaxpy(In(held), n, &alpha, x.In(held, n), x.Increment, y.In(held, n), y.Increment));
    }

    /// <summary>x = alpha · x.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void Scal(int n, float alpha, Strided x)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasSscal(In(held), n, &alpha, x.In(held, n), x.Increment));
    }

    /// <summary>y = x.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void Copy(int n, Strided x, Strided y)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasScopy(In(held), n, x.In(held, n), x.Increment, y.In(held, n), y.Increment));
    }

    /// <summary>Exchanges x and y.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public void Swap(int n, Strided x, Strided y)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipBlasNative.hipblasSswap(In(held), n, x.In(held, n), x.Increment, y.In(held, n), y.Increment));
    }

    /// <summary>Σ x · y. Waits for the result.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public float Dot(int n, Strided x, Strided y)
    {
        using var held = Leases.Open(Device);
        float result;
        Status.Check(HipBlasNative.hipblasSdot(In(held), n, x.In(held, n), x.Increment, y.In(held, n), y.Increment, &result));
        return result;
    }

    /// <summary>sqrt(Σ x²). Waits for the result.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public float Nrm2(int n, Strided x)
    {
        using var held = Leases.Open(Device);
        float result;
        Status.Check(HipBlasNative.hipblasSnrm2(In(held), n, x.In(held, n), x.Increment, &result));
        return result;
    }

    /// <summary>Σ |x|. Waits for the result.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public float Asum(int n, Strided x)
    {
        using var held = Leases.Open(Device);
        float result;
        Status.Check(HipBlasNative.hipblasSasum(In(held), n, x.In(held, n), x.Increment, &result));
        return result;
    }

    /// <summary>Index from 0 of the first element with the largest magnitude. Waits for the result.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipBlasException">hipBLAS reports a failure.</exception>
    public int Iamax(int n, Strided x)
    {
        using var held = Leases.Open(Device);
        int result;
        Status.Check(HipBlasNative.hipblasIsamax(In(held), n, x.In(held, n), x.Increment, &result));
        return result - 1;
    }

    internal hipblasHandle_t In(Leases held)
    {
        _ = held[stream];
        return (hipblasHandle_t)held[this];
    }

    private protected override bool DestroyOnDevice() =>
        HipBlasNative.hipblasDestroy((hipblasHandle_t)handle) == hipblasStatus_t.HIPBLAS_STATUS_SUCCESS;
}

/// <summary>A vector in device memory.</summary>
/// <param name="Data">The memory, from the first element on.</param>
/// <param name="Increment">Distance of neighbours in elements; at least 1.</param>
public readonly record struct Strided(DeviceSpan Data, int Increment = 1)
{
    internal unsafe float* In(Leases held, int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Increment);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        return (float*)Data.AtLeast(sizeof(float) * ((((long)n - 1) * Increment) + 1), nameof(Data)).In(held);
    }
}

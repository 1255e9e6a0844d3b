using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>What a kernel fetches while it computes, so that whoever comes next does not wait for it.</summary>
internal interface IPrefetch
{
    /// <summary>Called before the rows <paramref name="first"/> … of the kernel's output are computed.</summary>
    void Rows(int first, int rows);
}

/// <summary>Nothing.</summary>
internal readonly struct NoPrefetch : IPrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
    }
}

/// <summary>Two things.</summary>
internal readonly struct PrefetchBoth<F, G>(F one, G other) : IPrefetch
    where F : struct, IPrefetch
    where G : struct, IPrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        one.Rows(first, rows);
        other.Rows(first, rows);
    }
}

/// <summary>Rows of up to five tensors in step with the rows that are computed; null stands for none.</summary>
internal readonly unsafe struct PrefetchRows(nint row, float* t0, float* t1 = null, float* t2 = null, float* t3 = null, float* t4 = null)
    : IPrefetch
{
    /// <summary>The same from another row on.</summary>
    public PrefetchRows From(int rows) =>
        new(row, At(t0, rows * row), At(t1, rows * row), At(t2, rows * row), At(t3, rows * row), At(t4, rows * row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        nint length = rows * row, start = first * row;
        Run(t0, start, length);
        Run(t1, start, length);
        Run(t2, start, length);
        Run(t3, start, length);
        Run(t4, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(float* tensor, nint start, nint length)
    {
        if (tensor != null) PrefetchL2.Fetch(tensor + start, length);
    }

    private static float* At(float* tensor, nint offset) => tensor == null ? null : tensor + offset;
}

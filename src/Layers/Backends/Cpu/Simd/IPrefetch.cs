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
internal readonly struct PrefetchBoth<F, G>(F first, G second) : IPrefetch
    where F : struct, IPrefetch
    where G : struct, IPrefetch
{
    private readonly F first = first;
    private readonly G second = second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        this.first.Rows(first, rows);
        second.Rows(first, rows);
    }
}

/// <summary>Rows of up to five tensors in step with the rows that are computed; null stands for none.</summary>
internal readonly unsafe struct PrefetchRows(
    nint row, float* first, float* second = null, float* third = null, float* fourth = null, float* fifth = null) : IPrefetch
{
    private readonly nint row = row;
    private readonly float* first = first;
    private readonly float* second = second;
    private readonly float* third = third;
    private readonly float* fourth = fourth;
    private readonly float* fifth = fifth;

    /// <summary>The same from another row on.</summary>
    public PrefetchRows From(int rows) =>
        new(row, At(first, rows * row), At(second, rows * row), At(third, rows * row), At(fourth, rows * row), At(fifth, rows * row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        nint length = rows * row, start = first * row;
        Run(this.first, start, length);
        Run(second, start, length);
        Run(third, start, length);
        Run(fourth, start, length);
        Run(fifth, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(float* tensor, nint start, nint length)
    {
        if (tensor != null) PrefetchL2.Fetch(tensor + start, length);
    }

    private static float* At(float* tensor, nint offset) => tensor == null ? null : tensor + offset;
}

using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>What a kernel fetches while it computes, so that whoever comes next does not wait for it.</summary>
internal interface IFetch
{
    /// <summary>Called before the rows <paramref name="first"/> … of the kernel's output are computed.</summary>
    void Rows(int first, int rows);
}

/// <summary>Nothing.</summary>
internal readonly struct NoFetch : IFetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
    }
}

/// <summary>Rows of up to three tensors in step with the rows that are computed; null stands for none.</summary>
internal readonly unsafe struct FetchRows(float* first, float* second, float* third, nint row) : IFetch
{
    private readonly float* first = first;
    private readonly float* second = second;
    private readonly float* third = third;
    private readonly nint row = row;

    /// <summary>The same from another row on.</summary>
    public FetchRows From(int rows) => new(At(first, rows * row), At(second, rows * row), At(third, rows * row), row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        Run(this.first, first * row, rows * row);
        Run(second, first * row, rows * row);
        Run(third, first * row, rows * row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(float* tensor, nint start, nint length)
    {
        if (tensor != null) SecondCache.Fetch(tensor + start, length);
    }

    private static float* At(float* tensor, nint offset) => tensor == null ? null : tensor + offset;
}

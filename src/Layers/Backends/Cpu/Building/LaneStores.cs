using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Stores of as many lanes as count.</summary>
internal static unsafe class LaneStores<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// destination = value. A whole vector where count is the constant width, so that the test disappears from inner loops.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(V value, float* destination, int count)
    {
        if (count == S.Width) S.Store(value, destination);
        else if (!S.TryStorePart(value, destination, count)) PutFirst(value, destination, count);
    }

    // For processors without masked stores.
    private static void PutFirst(V lanes, float* destination, int count) =>
        new Span<float>(Unsafe.AsPointer(ref lanes), count).CopyTo(new Span<float>(destination, count));

    /// <summary>destination (+)= value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(V value, float* destination, int count, bool accumulate) =>
        Put(accumulate ? S.Add(S.Load(destination), value) : value, destination, count);

    /// <summary>to (+)= from for some numbers, the channels of a pixel for instance, and none beside them.</summary>
    public static void PutRun(float* from, float* to, int count, bool accumulate)
    {
        var i = 0;
        for (; i + S.Width <= count; i += S.Width) Put(S.Load(from + i), to + i, S.Width, accumulate);
        if (i < count) Put(S.Load(from + i), to + i, count - i, accumulate);
    }

    /// <summary>Adds the vectors of all groups, a power of two of them, by a binary tree into the first.</summary>
    public static void AddGroups(float* sums, int groups, nint length)
    {
        for (var step = 1; step < groups; step *= 2)
            for (var g = 0; g < groups; g += 2 * step)
                PutRun(sums + (g + step) * length, sums + g * length, (int)length, accumulate: true);
    }
}

using System.Numerics;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Adds vectors of double precision by the tree of the groups that a batch is cut into.</summary>
internal static unsafe class GroupSums
{
    /// <summary>Adds the vectors [groups][length] of all groups, a power of two of them, by a binary tree into the first.</summary>
    public static void Add(double* sums, int groups, int length)
    {
        for (var step = 1; step < groups; step *= 2)
            for (var g = 0; g < groups; g += 2 * step) AddTo(sums + (nint)g * length, sums + (nint)(g + step) * length, length);
    }

    /// <summary>Adds the vectors [images][length], in order within a group and then by the tree of the groups, into the first.</summary>
    public static void Add(double* sums, ImageGroups groups, int length)
    {
        for (var g = 0; g < groups.Count; g++)
        {
            var to = sums + (nint)g * length;
            var first = sums + (nint)groups.First(g) * length;
            if (first != to) new Span<double>(first, length).CopyTo(new Span<double>(to, length));
            for (var n = groups.First(g) + 1; n < groups.First(g + 1); n++) AddTo(to, sums + (nint)n * length, length);
        }

        Add(sums, groups.Count, length);
    }

    private static void AddTo(double* to, double* from, int length)
    {
        var j = 0;
        for (; j <= length - Vector<double>.Count; j += Vector<double>.Count)
            Vector.Store(Vector.Load(to + j) + Vector.Load(from + j), to + j);
        for (; j < length; j++) to[j] += from[j];
    }
}

using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// What the products of five rows read, and where they go.
internal static unsafe partial class WinogradFive<S, V>
{
    /// <summary>What a second row counts.</summary>
    private interface ISign
    {
        static abstract int Value { get; }
    }

    private readonly struct Plus : ISign
    {
        public static int Value => 1;
    }

    private readonly struct Minus : ISign
    {
        public static int Value => -1;
    }

    /// <summary>Nothing: the first row stands alone.</summary>
    private readonly struct Alone : ISign
    {
        public static int Value => 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Both<R>(V first, float* second)
        where R : struct, ISign =>
        R.Value > 0 ? S.Add(first, S.Load(second)) : R.Value < 0 ? S.Subtract(first, S.Load(second)) : first;

    /// <summary>For two columns of outputs and two taps: what the first, both and the second have to do with.</summary>
    private struct Triple
    {
        public V First, Shared, Second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Triple Load(float* source) =>
            new() { First = S.Load(source), Shared = S.Load(source + S.Width), Second = S.Load(source + 2 * S.Width) };

        /// <summary>Adds the products of two triples.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(in Triple a, in Triple b)
        {
            First = S.MultiplyAdd(a.First, b.First, First);
            Shared = S.MultiplyAdd(a.Shared, b.Shared, Shared);
            Second = S.MultiplyAdd(a.Second, b.Second, Second);
        }
    }

    /// <summary>The columns x, x', x'', … of what a product is multiplied with, two at a time.</summary>
    private struct Columns<R>
        where R : struct, ISign
    {
        private float* first, second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Columns(float* first, float* second)
        {
            this.first = first;
            this.second = second;
            X = Both<R>(S.Load(first), second);
        }

        /// <summary>The first of two columns.</summary>
        public V X { get; private set; }

        /// <summary>
        /// x − x', x' and x'' − x'. Where there is no <paramref name="more"/>, x' alone; else x'' is the first of the next two columns.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Triple Next(bool more, nint step)
        {
            var triple = default(Triple);
            triple.Shared = Both<R>(S.Load(first + step), second + step);
            if (!more) return triple;
            first += 2 * step;
            second += 2 * step;
            var next = Both<R>(S.Load(first), second);
            (triple.First, triple.Second) = (S.Subtract(X, triple.Shared), S.Subtract(next, triple.Shared));
            X = next;
            return triple;
        }
    }
}

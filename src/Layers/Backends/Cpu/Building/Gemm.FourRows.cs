using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// What all forms of the product consist of.
internal static unsafe partial class Gemm<S, V>
{
    /// <summary>The sums of one vector of four rows.</summary>
    private struct FourRows
    {
        private V c0, c1, c2, c3;

        /// <summary>Starts from what is in c.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load(float* c, nint ldc)
        {
            c0 = S.Load(c);
            c1 = S.Load(c + ldc);
            c2 = S.Load(c + 2 * ldc);
            c3 = S.Load(c + 3 * ldc);
        }

        /// <summary>Adds one step of k: a's four numbers times a vector of b.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float* a, nint am, V b)
        {
            c0 = S.MultiplyAdd(S.Broadcast(*a), b, c0);
            c1 = S.MultiplyAdd(S.Broadcast(a[am]), b, c1);
            c2 = S.MultiplyAdd(S.Broadcast(a[2 * am]), b, c2);
            c3 = S.MultiplyAdd(S.Broadcast(a[3 * am]), b, c3);
        }

        /// <summary>The same for two vectors of b.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add(float* a, nint am, V b0, V b1, ref FourRows left, ref FourRows right)
        {
            var x = S.Broadcast(*a);
            left.c0 = S.MultiplyAdd(x, b0, left.c0);
            right.c0 = S.MultiplyAdd(x, b1, right.c0);
            x = S.Broadcast(a[am]);
            left.c1 = S.MultiplyAdd(x, b0, left.c1);
            right.c1 = S.MultiplyAdd(x, b1, right.c1);
            x = S.Broadcast(a[2 * am]);
            left.c2 = S.MultiplyAdd(x, b0, left.c2);
            right.c2 = S.MultiplyAdd(x, b1, right.c2);
            x = S.Broadcast(a[3 * am]);
            left.c3 = S.MultiplyAdd(x, b0, left.c3);
            right.c3 = S.MultiplyAdd(x, b1, right.c3);
        }

        /// <summary>Hands the sums to an epilogue.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Put<E>(bool second, E end, float* c, nint ldc, nint column, ref BlockMoments<V> block)
            where E : struct, IGemmEpilogue<V> => end.Put(second, c, ldc, column, ref block, c0, c1, c2, c3);
    }
}

using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// What the products of five rows read, and where they go.
internal static unsafe partial class WinogradFive<S, V>
{
    private interface IRows
    {
        static abstract bool Exist { get; }

        static abstract V At(float* p, float* q);
    }

    private readonly struct Difference : IRows
    {
        public static bool Exist => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* p, float* q) => S.Subtract(S.Load(p), S.Load(q));
    }

    private readonly struct Sum : IRows
    {
        public static bool Exist => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* p, float* q) => S.Add(S.Load(p), S.Load(q));
    }

    private readonly struct Alone : IRows
    {
        public static bool Exist => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* p, float* q) => S.Load(p);
    }

    private readonly struct Nothing : IRows
    {
        public static bool Exist => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* p, float* q) => S.Zero;
    }

    private interface IEnd
    {
        /// <summary>Puts a sum to y and, <paramref name="below"/> floats on, y'; z is what they start from.</summary>
        static abstract void Put(V sum, float* y, float* z, nint below);
    }

    private readonly struct Written : IEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Put(V sum, float* y, float* z, nint below)
        {
            S.Store(sum, y);
            S.Store(sum, y + below);
        }
    }

    private readonly struct AddedToBoth : IEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Put(V sum, float* y, float* z, nint below)
        {
            S.Store(S.Add(S.Load(z), sum), y);
            S.Store(S.Add(S.Load(z + below), sum), y + below);
        }
    }

    private readonly struct AddedAndSubtracted : IEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Put(V sum, float* y, float* z, nint below)
        {
            S.Store(S.Add(S.Load(z), sum), y);
            S.Store(S.Subtract(S.Load(z + below), sum), y + below);
        }
    }

    private readonly struct Added : IEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Put(V sum, float* y, float* z, nint below) => S.Store(S.Add(S.Load(z), sum), y);
    }

    /// <summary>The gradient of what a product goes to.</summary>
    private interface IGoal
    {
        static abstract V At(float* d, nint below);
    }

    private readonly struct ToFirst : IGoal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* d, nint below) => S.Load(d);
    }

    private readonly struct ToBoth : IGoal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* d, nint below) => S.Add(S.Load(d), S.Load(d + below));
    }

    private readonly struct ToFirstLessSecond : IGoal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* d, nint below) => S.Subtract(S.Load(d), S.Load(d + below));
    }

    private readonly struct ToSecond : IGoal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(float* d, nint below) => S.Load(d + below);
    }
}

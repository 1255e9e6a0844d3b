using System.Numerics;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Numbers of taps, which tensors keep as bytes and kernels as floats.</summary>
internal static unsafe class TapBytes
{
    /// <summary>The bytes as floats.</summary>
    public static void Load(byte* taps, float* numbers, int count)
    {
        var i = 0;
        for (; i <= count - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(Vector.Load(taps + i), out var low, out var high);
            Put(low, numbers + i);
            Put(high, numbers + i + Vector<ushort>.Count);
        }

        for (; i < count; i++) numbers[i] = taps[i];
    }

    /// <summary>Floats, each a byte's value, as bytes.</summary>
    public static void Store(float* numbers, byte* taps, int count)
    {
        var i = 0;
        for (; i <= count - Vector<byte>.Count; i += Vector<byte>.Count)
            Vector.Store(Vector.Narrow(Get(numbers + i), Get(numbers + i + Vector<ushort>.Count)), taps + i);
        for (; i < count; i++) taps[i] = (byte)numbers[i];
    }

    private static void Put(Vector<ushort> values, float* numbers)
    {
        Vector.Widen(values, out var low, out var high);
        Vector.Store(Vector.ConvertToSingle(low.As<uint, int>()), numbers);
        Vector.Store(Vector.ConvertToSingle(high.As<uint, int>()), numbers + Vector<float>.Count);
    }

    private static Vector<ushort> Get(float* numbers) =>
        Vector.Narrow(
            Vector.ConvertToInt32Native(Vector.Load(numbers)).As<int, uint>(),
            Vector.ConvertToInt32Native(Vector.Load(numbers + Vector<float>.Count)).As<int, uint>());
}

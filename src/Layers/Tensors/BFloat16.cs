namespace MIOpenDarts.Layers.Tensors;

/// <summary>The upper half of a single, of which the base library has no type.</summary>
/// <param name="Bits">Sign, exponent and seven bits of the fraction.</param>
internal readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The same number.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);
}

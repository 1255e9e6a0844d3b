using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>A <see cref="BatchNormGradient{T}"/> by channel pattern: dz = Dy · dy + Z · z + Constant.</summary>
internal unsafe struct GradientPatterns
{
    public float* Dy, Z, Constant;

    /// <summary>Takes memory for patterns of <paramref name="length"/> floats.</summary>
    public void LayOut(int length, ref BumpAllocator cursor)
    {
        Dy = cursor.Take(length);
        Z = cursor.Take(length);
        Constant = cursor.Take(length);
    }

    public readonly void Fill(BatchNormGradient<float> gradient, int channels, int length)
    {
        ChannelPattern.Fill(Dy, gradient.Dy.Data(), channels, length);
        ChannelPattern.Fill(Z, gradient.Z.Data(), channels, length);
        ChannelPattern.Fill(Constant, gradient.Constant.Data(), channels, length);
    }
}

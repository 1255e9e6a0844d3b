using MIOpenDarts.Layers.Backends.Cpu.Memory;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>The image that a thread goes back through next; by default none.</summary>
internal readonly unsafe struct NextImage(SeparableGradient* gradient, int group, int image)
{
    /// <summary>The first image of a group.</summary>
    public NextImage(SeparableGradient* gradient, int group)
        : this(gradient, group, gradient->Call.Groups.First(group))
    {
    }

    /// <summary>Its call, or null.</summary>
    public SeparableGradient* Gradient { get; } = gradient;

    /// <summary>Its group in the call.</summary>
    public int Group { get; } = group;

    /// <summary>Its number in the batch.</summary>
    public int Image { get; } = image;

    /// <summary>Row <paramref name="h"/> of its source.</summary>
    public ChannelSegments SourceAt(int h) => Gradient == null ? default : Gradient->Call.SourceAt(Image, h);
}

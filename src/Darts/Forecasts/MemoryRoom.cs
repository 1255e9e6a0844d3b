using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Darts.Forecasts;

/// <summary>What this process may still take.</summary>
/// <param name="Process">Of all memory; null where nothing is known.</param>
/// <param name="Managed">Of the managed heap.</param>
internal sealed record MemoryRoom(MemoryLimit? Process, MemoryLimit Managed)
{
    /// <summary>As it is now.</summary>
    public static MemoryRoom Here() => new(MemoryLimits.Here().Least, MemoryLimits.ManagedHeap());

    /// <summary>The limit that a need does not keep; null where it fits.</summary>
    public MemoryLimit? Missing(MemoryNeed need) => need.Total > Process?.Free ? Process : need.Managed > Managed.Free ? Managed : null;
}

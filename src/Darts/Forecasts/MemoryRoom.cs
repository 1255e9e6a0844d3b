using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Darts.Forecasts;

/// <summary>What this process, and those that work with it on this machine, may still take.</summary>
/// <param name="Machine">All of them together, of the machine and of control groups; null where nothing is known.</param>
/// <param name="Managed">Each for itself, of the managed heap.</param>
/// <param name="Process">Each for itself, of all memory; null where nothing limits one.</param>
internal sealed record MemoryRoom(MemoryLimit? Machine, MemoryLimit Managed, MemoryLimit? Process = null)
{
    /// <summary>As it is now.</summary>
    public static MemoryRoom Here()
    {
        var limits = MemoryLimits.Here();
        return new(MemoryLimits.LeastOf(limits.Shared), MemoryLimits.ManagedHeap(), MemoryLimits.LeastOf(limits.Own));
    }

    /// <summary>The limit that a need does not keep, and what is needed of it; null where it fits.</summary>
    public (MemoryNeed Needed, MemoryLimit Limit)? Missing(MemoryNeed need)
    {
        if (need.Total > Machine?.Free) return (need, Machine);
        if (need.Largest.Total > Process?.Free) return (need.Largest, Process);
        return need.Largest.Managed > Managed.Free ? (need.Largest, Managed) : null;
    }
}

using System.Numerics;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>The extents of one fused operation.</summary>
public abstract record FusedCase
{
    /// <summary>
    /// The operation on a backend: over everything or, where parts are named, one operation for each list of numbers, over these alone.
    /// </summary>
    internal abstract FusedSetup<T> Prepare<T>(Backend<T> backend, params int[][] parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

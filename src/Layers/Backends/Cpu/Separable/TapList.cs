namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>Runs to be summed with weights (see <see cref="Tiles.WeightedRuns{S,V}"/>).</summary>
internal unsafe struct TapList
{
    /// <summary>Number of taps.</summary>
    public int Count;

    /// <summary>[Count], in floats.</summary>
    public nint* Offsets;

    /// <summary>[Count][one channel pattern].</summary>
    public float* Weights;
}

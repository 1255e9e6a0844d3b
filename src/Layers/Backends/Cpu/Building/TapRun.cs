namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Taps of a filter at equal distances: those of one kernel row, as far as they lie whole channel patterns apart.</summary>
internal struct TapRun
{
    /// <summary>Most taps of a run.</summary>
    public const int MostTaps = 5;

    /// <summary>What the first tap reads, in floats.</summary>
    public nint Offset;

    /// <summary>Number of taps.</summary>
    public int Taps;

    /// <summary>Channel patterns from one tap to the next: 1 or 2.</summary>
    public int Spacing;
}

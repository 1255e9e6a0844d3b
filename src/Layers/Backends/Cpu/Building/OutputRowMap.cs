using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Where the rows of a product go: runs of them with something between the runs, as the pixels of a bordered image.</summary>
internal readonly unsafe struct OutputRowMap
{
    private readonly float* first;
    private readonly int run;
    private readonly nint runsApart;

    /// <summary>Rows one after the other.</summary>
    public OutputRowMap(float* first, nint apart)
        : this(first, apart, int.MaxValue, 0)
    {
    }

    /// <summary>
    /// Runs of <paramref name="run"/> rows that begin <paramref name="runsApart"/> floats apart. A product takes eight rows at a time: of
    /// several runs each must be a multiple of them.
    /// </summary>
    public OutputRowMap(float* first, nint apart, int run, nint runsApart)
    {
        this.first = first;
        this.run = run;
        this.runsApart = runsApart;
        Apart = apart;
    }

    /// <summary>Floats from one row to the next, within each eight rows.</summary>
    public nint Apart { get; }

    /// <summary>Place of row <paramref name="row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* At(int row)
    {
        var (before, within) = Math.DivRem((uint)row, (uint)run);
        return first + before * runsApart + within * Apart;
    }
}

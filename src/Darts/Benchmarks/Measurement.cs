using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Benchmarks;

/// <summary>What one layer's pass or one step of a search took.</summary>
internal sealed record Measurement
{
    /// <summary>The layer, or the letter of a configuration.</summary>
    public required string Name { get; init; }

    /// <summary><c>forward</c>, <c>backward</c>, or the kind of step.</summary>
    public required string Pass { get; init; }

    /// <summary>How a step's cells are computed, <c>shared</c> or <c>textbook</c>; null for what has no cells of a search.</summary>
    public string? Form { get; init; }

    /// <summary>Channels C of the layer, or of the first cell.</summary>
    public required int Channels { get; init; }

    /// <summary>Images.</summary>
    public required int Batch { get; init; }

    /// <summary>Height and width in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Arithmetic of convolutions and linear layers in FLOP, a multiply and an add being two.</summary>
    public required double Flops { get; init; }

    /// <summary>Bytes that enter or leave a layer; zero for a step, which could in principle stay in caches.</summary>
    public double Bytes { get; init; }

    /// <summary>Seconds of every repetition; empty if there was no time for one.</summary>
    public IReadOnlyList<double> Seconds { get; init; } = [];

    /// <summary>Whether the time is, or would be, what a model says of a card that is not there.</summary>
    public bool IsModelled { get; init; }

    /// <summary>
    /// Share of the cores that was there around every repetition of a step, or around all of a layer's; empty on a device of its own.
    /// </summary>
    public IReadOnlyList<double> Cores { get; init; } = [];

    /// <summary>The same for the instructions that the cores begin in a cycle, of which a neighbour on a core takes its part.</summary>
    public IReadOnlyList<double> Dispatch { get; init; } = [];

    /// <summary>Least seconds by the roofline of this machine; zero on a device of its own.</summary>
    public double LeastSeconds { get; init; }

    /// <summary>
    /// Seconds that one repetition would take, where there was no time for one; zero otherwise, and for a modelled card, whose interpreter
    /// says nothing of its times.
    /// </summary>
    public double ExpectedSeconds { get; init; }

    /// <summary>Seconds that a modelled card's interpreter would need, where there was no time for it; zero otherwise.</summary>
    [JsonIgnore]
    public double InterpreterSeconds { get; init; }

    /// <summary>Whether there was no memory for it.</summary>
    public bool LacksMemory { get; init; }

    /// <summary>Bytes on the device, as planned; zero for a layer.</summary>
    public long PlannedBytes { get; init; }

    /// <summary>Peak of the process's physical memory in bytes; zero for a layer.</summary>
    public long PeakBytes { get; init; }

    /// <summary>What each prepared operation of a layer or a step says of itself, in the order of planning; empty where none ran.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>Median of the repetitions.</summary>
    public double? Median => Seconds.Count == 0 ? null : MedianOf(Seconds);

    /// <summary>Fastest repetition.</summary>
    public double? Minimum => Seconds.Count == 0 ? null : Seconds.Min();

    /// <summary>GFLOP/s at the median.</summary>
    public double? Gigaflops => Flops > 0 ? Flops / Median / 1e9 : null;

    /// <summary>GB/s at the median.</summary>
    public double? GigabytesPerSecond => Bytes > 0 ? Bytes / Median / 1e9 : null;

    /// <summary>Per cent of the roofline at the median; above 100 where caches spare the way to memory.</summary>
    public double? RooflinePercent => LeastSeconds > 0 ? 100 * LeastSeconds / Median : null;

    /// <summary>Images a second at the median.</summary>
    public double? ImagesPerSecond => Batch / Median;

    /// <summary>Median share of the cores that was there.</summary>
    public double? CoreShare => Cores.Count == 0 ? null : MedianOf(Cores);

    /// <summary>Whether cores were missing, so that the time says little.</summary>
    [JsonIgnore]
    public bool IsDisturbed => CoreShare < Machine.CoreCheck.Enough;

    /// <summary>Median share of the instructions a cycle.</summary>
    public double? DispatchShare => Dispatch.Count == 0 ? null : MedianOf(Dispatch);

    /// <summary>Whether something else computed on the same cores, which multiply-adds alone do not show.</summary>
    [JsonIgnore]
    public bool IsShared => DispatchShare < Machine.CoreCheck.Free;

    private static double MedianOf(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

using System.Globalization;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Forecasts;

/// <summary>Memory that a run will take beside what the process has already, in bytes.</summary>
/// <param name="Activations">What is planned for a batch.</param>
/// <param name="Parameters">Parameters, gradients, statistics, optimisers, workspaces.</param>
/// <param name="Managed">Batches under way and the copies of a checkpoint, on the managed heap.</param>
internal sealed record MemoryNeed(long Activations, long Parameters, long Managed)
{
    private MemoryNeed? largest;

    // What the process itself grows by while it runs: compiled code, threads' stacks, logs and reports.
    private const long Program = 48 << 20;

    // The pipelines of both parts of the data keep a batch for each worker and two more; those of the cost's forecast have one each.
    private const int SpareBatches = 3;

    /// <summary>The need of a run: what was planned and allocated, a checkpoint's copies, and the batches that wait.</summary>
    /// <param name="options">How many images a batch has, and how many workers make batches.</param>
    /// <param name="activations">Bytes of the plan.</param>
    /// <param name="parameters">Bytes of all else that is allocated.</param>
    /// <param name="kept">What a checkpoint copies: these parameters, their momentum, and their statistics.</param>
    /// <param name="image">Numbers of an image.</param>
    public static MemoryNeed OfRun(RunOptions options, long activations, long parameters, ParameterSet<float> kept, long image) => new(
        activations, parameters, sizeof(float) * (2 * kept.Count + kept.BufferCount
            + 2L * (options.DataWorkers + SpareBatches) * options.BatchSize * image));

    /// <summary>What needs it, for people.</summary>
    /// <param name="what">Alone.</param>
    /// <param name="several">More where there are several side by side; null for one.</param>
    /// <param name="leaves">Says how many ranks of this machine share it.</param>
    public static string Name(string what, string? several, BatchLeaves leaves) =>
        (several is null ? what : $"{what} {several}")
        + (leaves.OnMachine == 1 ? "" : $" by {leaves.OnMachine} ranks on this machine (fewer of them need less)");

    /// <summary>Processes that need it together.</summary>
    public int Processes { get; private init; } = 1;

    /// <summary>The need of the process among them that needs most.</summary>
    public MemoryNeed Largest => largest ?? this;

    /// <summary>All of it.</summary>
    public long Total => Activations + Parameters + Managed + (Processes * Program);

    /// <summary>The need of all processes of this machine that share the batches of a run.</summary>
    /// <param name="leaves">How batches are cut.</param>
    /// <param name="need">The need of a process that has such a share; null for nothing that counts here.</param>
    public static MemoryNeed? OfMachine(BatchLeaves leaves, Func<BatchLeaves, MemoryNeed?> need)
    {
        List<MemoryNeed> each = [];
        // Shares are of few sizes.
        foreach (var share in leaves.OfMachine.GroupBy(cut => cut.Own))
        {
            if (need(share.First()) is not { } own) return null;
            each.AddRange(Enumerable.Repeat(own, share.Count()));
        }

        return each.Count == 1 ? each[0] : new(each.Sum(n => n.Activations), each.Sum(n => n.Parameters), each.Sum(n => n.Managed))
        {
            Processes = each.Count,
            largest = each.MaxBy(n => n.Total),
        };
    }

    /// <summary>The need of several such runs side by side in each process.</summary>
    public MemoryNeed Times(int runs) => this with
    {
        Activations = runs * Activations,
        Parameters = runs * Parameters,
        Managed = runs * Managed,
        largest = largest?.Times(runs),
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Show(Total)} of memory (activations {Show(Activations)}, parameters {Show(Parameters)}, "
        + $"data and program {Show(Managed + (Processes * Program))})";

    private static string Show(long bytes) => bytes < 1L << 30
        ? $"{bytes >> 20} MiB"
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB");
}

using System.Diagnostics;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// What ranks that share the batches of a search would exchange in a step, counted in one process, and how long it would take: the largest
/// share is measured here, as all wait for it; the network is calculated from the bytes and the delay of a message.
/// </summary>
internal static class RankForecast
{
    // Nine tenths of a gigabit each second, and what a collective call waits for each doubling of the ranks, over TCP.
    private const double MegabytesPerGigabit = 117.5;
    private const double SecondsAHop = 50e-6;
    private static readonly int[] Networks = [1, 10];

    /// <summary>Writes the table.</summary>
    /// <param name="output">Where.</param>
    /// <param name="options">Of the search.</param>
    /// <param name="ranks">Numbers of ranks.</param>
    /// <exception cref="OptionsException">A batch has fewer images or leaves than ranks need.</exception>
    public static void Write(TextWriter output, SearchOptions options, IReadOnlyList<int> ranks)
    {
        foreach (var size in ranks.Where(size => size > options.Leaves))
            throw new OptionsException($"--ranks is {size}, more than the {options.Leaves} leaves of a batch; give more --leaves");
        if (options.BatchSize < options.Leaves)
            throw new OptionsException($"a batch of {options.BatchSize} has fewer images than its {options.Leaves} leaves");
        var images = BlankSearchStep.Images(options);
        var alone = Seconds();
        output.WriteLine(
            $"a step of {options.Algorithm} with {options.InitChannels} channels, batch {options.BatchSize}, {options.Leaves} leaves and "
            + $"batch_norm {options.BatchNorm}: {1000 * alone:F0} ms here in one process (measured)");
        output.WriteLine(
            $"{"ranks",5} {"messages",9} {"sent by each: vectors",22} {"sums",9} {"leaves",6} {"compute ms",11}"
            + string.Concat(Networks.Select(network => $" {$"{network} GbE ms",10} {"speed",6}")));
        foreach (var size in ranks)
        {
            var counted = CountedExchange.OfLargestShare(size, options.Leaves);
            var compute = Seconds(counted);
            output.Write(
                $"{size,5} {counted.Messages,9} {Megabytes(counted.VectorBytes),22} {Megabytes(counted.SumBytes),9} "
                + $"{options.Cut(counted).Own,6} {1000 * compute,11:F0}");
            foreach (var network in Networks)
            {
                var waits = counted.Messages * SecondsAHop * Math.Ceiling(Math.Log2(size));
                var sent = (counted.VectorBytes + counted.SumBytes) / (network * MegabytesPerGigabit * 1e6);
                output.Write($" {1000 * (waits + sent),10:F1} {alone / (compute + waits + sent),6:F2}");
            }

            output.WriteLine();
        }

        output.WriteLine(
            $"a network of n GbE carries n x {MegabytesPerGigabit} MB/s, and a message takes {1e6 * SecondsAHop:F0} us for each doubling "
            + "of the ranks (calculated); the step of one process and the largest share (compute, of so many leaves) were measured "
            + "here, messages and bytes counted; nothing was sent");

        double Seconds(CountedExchange? exchange = null)
        {
            using var backend = BackendChoice.Create("cpu", options.Threads);
            backend.Leaves = options.Cut(exchange);
            using var step = new BlankSearchStep(options, images, backend);
            step.Run();
            exchange?.Reset();
            var start = Stopwatch.GetTimestamp();
            // Whether a signal came to any rank is told with every step.
            backend.Leaves.Any(here: false);
            step.Run();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:F2} MB";
}

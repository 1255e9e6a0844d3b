using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Steps;
using MIOpenDarts.Darts.Costs.Tables;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>
/// A forecast where the virtual gfx803 is not set up: the sum of a step's operations by the tables that this program carries. Coarser than
/// the model of the whole step, and labelled so.
/// </summary>
/// <param name="Text">The step, for people.</param>
/// <param name="Images">Images in its batch.</param>
/// <param name="Parts">Operations of one of its passes.</param>
/// <param name="Passes">How often a step passes through the network, forward and backward.</param>
/// <param name="Without">What of the step is in no table.</param>
internal sealed record SumOfTables(string Text, int Images, IReadOnlyList<NetworkPart> Parts, int Passes, string Without)
{
    private const string Mode = "training";
    private const int NameWidth = 20;

    /// <summary>Whether the step is that of a supernet, which computes operations together and so takes less than their sum.</summary>
    public bool IsOfSupernet { get; init; }

    /// <summary>The share of the sum that the step takes in the model; null where none was found.</summary>
    public double? Share { get; init; }

    /// <summary>Writes it, with what it is and how to get the model; says why it cannot where the tables do not have the step.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="card">As the time model names it.</param>
    /// <param name="launch">Another time of a queued launch in microseconds than the tables'; null for theirs.</param>
    public int Write(Screen screen, string card, double? launch)
    {
        if (TableForecast.From(card, Mode, Images) is not { } forecast)
            return Refuse(screen, $"this program carries no tables of {card}");
        if (forecast.Missing(Parts) is { } missing)
            return Refuse(screen, $"its table has no '{missing.Key}'; {PublishedNetworks.InWords.TrimEnd(' ', ';')}");
        var rows = forecast.Sum(Parts, Passes);
        var (launches, kernels) = (rows.Sum(row => row.Launches), rows.Sum(row => row.Milliseconds));
        var each = launch / 1000 ?? forecast.LaunchMilliseconds;
        var all = kernels + launches * each;
        screen.Output.WriteLine($"{Text}, as the sum of its operations");
        screen.Output.WriteLine($"{"operation",-NameWidth} {"places",7} {"launches",9} {"ms",9} {"share",6}");
        foreach (var row in rows)
        {
            var milliseconds = row.Milliseconds + row.Launches * each;
            screen.Output.WriteLine(
                $"{row.Name,-NameWidth} {row.Places,7} {row.Launches,9} {milliseconds,9:F2} {milliseconds / all,6:P0}");
        }

        screen.Output.WriteLine(
            $"modelled on {card}, coarser{(IsOfSupernet ? ", an upper estimate" : "")}: {all:F1} ms = {kernels:F1} ms of kernels "
            + $"+ {launches} launches of {1000 * each:F0} us; {all / Images:F2} ms an image");
        if (Share is { } share)
            screen.Output.WriteLine($"some {share * all:F0} ms as the model computes this step: {share:F2} of the sum");
        var (check, read) = (forecast.Tables[^1].Check, string.Join(" and ", forecast.Tables.Select(table => table.Name)));
        screen.Output.WriteLine(
            $"from {read}{(forecast.Tables.Count > 1 ? ", on the line through both" : "")}; not in it: {Without}"
            + (check is null ? "" : $"; {check.Genotypes} whole networks took {check.Ratio:F2} of such a sum in the model"));
        return Failures.Report(screen.Error, $"{VirtualCard.Cure}; the above is the sum of tables, coarser than the model", ExitCode.Done);
    }

    /// <summary>Says that there is no virtual gfx803, what does it, and why tables do not answer.</summary>
    public static int Refuse(Screen screen, string why) => Failures.Report(screen.Error, $"{VirtualCard.Cure}; {why}", ExitCode.Failed);
}

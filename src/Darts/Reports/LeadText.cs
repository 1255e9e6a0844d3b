using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Reports;

/// <summary>What a search can tell and what it cannot, in plain words.</summary>
internal static class LeadText
{
    /// <summary>The most by which chance may lead as often before a lead is called chance.</summary>
    private const double MostChance = 0.05;

    /// <summary>How far a search has decided, beside chance, and what to do for more.</summary>
    /// <param name="history">A search with a genotype; an earlier version's may not say how far it was.</param>
    /// <returns>One or two sentences; null where there is nothing to say.</returns>
    public static string? Of(SearchHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (history.Drawn is not null)
            return "Drawn uniformly from the search space, nothing was trained: it tells nothing about which operations are good.";
        return history.Epochs.Count > 0 && history.Chosen.Lead is { } lead ? $"{Said(lead)} {More(history)}" : null;
    }

    private static string Said(OperationLead lead)
    {
        if (lead.Steps == 0) return "The alphas have not moved yet: this genotype is chance.";
        var kept = lead.Unchanged is { } unchanged
            ? $", and {unchanged} of {lead.Edges} edges have kept the operation of their first draw "
                + $"(by chance {(double)lead.Edges / lead.Operations:0})"
            : "";
        return $"The strongest operation of an edge is on average {Percent(lead.Lead)} ahead of the next "
            + $"(noise alone: {Percent(lead.ChanceLead)} in {lead.Steps} step{(lead.Steps == 1 ? "" : "s")} of the alphas)"
            + $"{kept}: {Verdict(lead)}.";
    }

    private static string Verdict(OperationLead lead)
    {
        if (lead.ChanceShare > MostChance) return "this genotype is mostly chance";
        return "this is more than chance gives" + (2 * lead.Unchanged > lead.Edges ? ", but the first draw decides most edges" : "");
    }

    // What is learned grows with the steps, noise with their root.
    private static string More(SearchHistory history) =>
        $"For more: --epochs {4 * history.Epochs.Count} halves the share of noise; "
        + "--seeds 0..3 --retrain 4 tells whether such cells beat random ones.";

    // Two digits that count, where one percent has them.
    private static string Percent(double share) => $"{(100 * share).ToString(share < 0.01 ? "0.00" : "0.0")} %";
}

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>Words of the options <c>watch</c> and <c>watch_action</c>.</summary>
internal static class WatchNames
{
    /// <summary>Counts skip connections (DARTS+, Liang et al. 2019).</summary>
    public const string Skip = "skip";

    /// <summary>Watches whether the ranking of the operations still changes (DARTS+, Liang et al. 2019).</summary>
    public const string Rank = "rank";

    /// <summary>Watches the dominant eigenvalue (RobustDARTS, Zela et al. 2020).</summary>
    public const string Eigenvalue = "eigenvalue";

    /// <summary>No watchdog.</summary>
    public const string None = "none";

    /// <summary>An alarm is reported and the search goes on.</summary>
    public const string Report = "report";

    /// <summary>The search ends with the genotype of the epoch with the alarm.</summary>
    public const string Stop = "stop";

    /// <summary>The search ends with the genotype of an earlier epoch.</summary>
    public const string RollBack = "rollback";

    /// <summary>All watchdogs, in the order in which they are asked.</summary>
    public static IReadOnlyList<string> All { get; } = [Skip, Rank, Eigenvalue];

    /// <summary>All actions.</summary>
    public static IReadOnlyList<string> Actions { get; } = [Report, Stop, RollBack];

    /// <summary>What the option <c>watch</c> may be.</summary>
    public const string Allowed = "none, or some of skip, rank, eigenvalue with commas between";

    /// <summary>Whether a value of the option <c>watch</c> can be used.</summary>
    internal static bool AreNames(string watch)
    {
        var names = Split(watch);
        return names.All(All.Contains) && names.Distinct().Count() == names.Length;
    }

    /// <summary>The watchdogs that some options ask for.</summary>
    public static IReadOnlyList<string> Chosen(SearchOptions options) => [.. All.Where(Split(options.Watch).Contains)];

    private static string[] Split(string text) =>
        text is None or "" ? [] : text.Split(',', StringSplitOptions.TrimEntries);
}

namespace MIOpenDarts.Darts.Runs;

/// <summary>A kind of run that has a folder.</summary>
/// <param name="Command">The command that writes it.</param>
/// <param name="OwnOption">An option in its configuration that no other kind has.</param>
/// <param name="Wanted">What to give where there is no run.</param>
internal sealed record RunKind(string Command, string OwnOption, string Wanted)
{
    /// <summary>A search.</summary>
    public static RunKind Search { get; } = new("search", "alpha_learning_rate", "--resume takes a folder that a search wrote");

    /// <summary>A training from scratch.</summary>
    public static RunKind Train { get; } = new("train", "network", "give a folder that train wrote");

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<RunKind> All { get; } = [Search, Train];

    /// <summary>How to go on with a run of this kind.</summary>
    public string Resume(string path) => $"miopendarts {Command} --resume {path}";

    /// <summary>What to do with a run of this kind that is not done.</summary>
    public string GoOn(string path) => $"go on with it by: {Resume(path)}";

    /// <summary>What a folder of this kind is good for.</summary>
    public string Uses(string path) =>
        GoOn(path) + (this == Search ? $", or train what it found by: miopendarts train --genotype {path}" : "");
}

using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>One option of a search.</summary>
public sealed class OptionField : OptionDefinition
{
    private readonly Func<SearchOptions, string?> check;
    private readonly Func<SearchOptions, string> show;

    internal OptionField(string name, OptionKind kind, string allowed, string help, Func<SearchOptions, string> show, Func<SearchOptions, string?> check)
        : base(name, kind, allowed, help) => (this.show, this.check) = (show, check);

    /// <summary>The value in some options, as it would be typed.</summary>
    public string Show(SearchOptions options) => show(options);

    /// <summary>The same option where one method alone reads it: for the others it keeps its default, so that nobody sets it in vain.</summary>
    internal OptionField OnlyFor(string algorithm)
    {
        var unset = show(new SearchOptions());
        return new OptionField(Name, Kind, Allowed, Help, show, options => check(options) ?? (
            SearchAlgorithm.Find(options.Algorithm)?.Name is { } name && name != algorithm && show(options) != unset
                ? $"{unset} with {name}: only {algorithm} reads it"
                : null));
    }

    internal OptionProblem? Check(SearchOptions options) =>
        check(options) is { } allowed ? OptionProblem.NotAllowed(Name, show(options), allowed) : null;
}

using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// Options whose range ends at another option. Where that one is given and nobody gave the dependent one, its default gives way, or, where
/// none would be sensible, the option that was given is the one to name.
/// </summary>
/// <param name="start">The options before anything was given.</param>
/// <param name="given">What was given, from every source.</param>
/// <param name="problems">Takes what was given and goes with no default.</param>
internal sealed class DependentOptions(SearchOptions start, IReadOnlyList<OptionOverride> given, List<ValidationError> problems)
{
    /// <summary>Options in which the defaults go with what was given.</summary>
    /// <param name="options">The start with what was given.</param>
    public SearchOptions Follow(SearchOptions options)
    {
        if (Follows("learning_rate_min", "learning_rate") && options.LearningRate > 0)
            options = options with { LearningRateMin = Math.Min(options.LearningRateMin, options.LearningRate) };
        options = SpaceOptions.Follow(options, this);
        if (Follows("multiplier", "nodes") && options.Nodes > 0)
            options = options with { Multiplier = Math.Min(options.Multiplier, options.Nodes) };
        options = options with { PartialChannels = Divisor("partial_channels", options.PartialChannels, options) };
        if (SearchAlgorithm.Find(options.Algorithm) is { } algorithm) options = algorithm.Follow(options, this);
        if (Follows("warmup_epochs", "epochs") && SearchOptionTable.WarmsUpTooLong(options))
            options = options with { WarmupEpochs = ShareOfEpochs(start.WarmupEpochs, options) };
        return options;
    }

    /// <summary>Whether an option was given and one that depends on it was not.</summary>
    public bool Follows(string dependent, string leader) => IsGiven(leader) && !IsGiven(dependent);

    /// <summary>So many epochs of the start as a share of the epochs now, as in the presets.</summary>
    public int ShareOfEpochs(int epochs, SearchOptions options) => Math.Max(0, (int)((long)epochs * options.Epochs / start.Epochs));

    /// <summary>
    /// The value of an option that must divide the channels: 1 where the channels that were given are no multiple of its default.
    /// </summary>
    public int Divisor(string dependent, int parts, SearchOptions options)
    {
        if (!Follows(dependent, "init_channels") || options.InitChannels < 1 || options.InitChannels % parts == 0) return parts;
        problems.Add(
            ValidationError.NotAllowed("init_channels", $"{options.InitChannels}", $"a multiple of {dependent}, which is {parts}"));
        return 1;
    }

    private bool IsGiven(string name) => SearchOptions.Table.Find(name) is { } field && given.Any(item => field.IsCalled(item.Name));
}

using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// Options whose range ends at another option. Where that one is given and nobody gave the dependent one, its default gives way, or, where
/// none would be sensible, the option that was given is the one to name.
/// </summary>
/// <param name="start">The options before anything was given.</param>
/// <param name="given">What was given, from every source.</param>
internal sealed class DependentOptions(SearchOptions start, IReadOnlyList<OptionOverride> given)
{
    /// <summary>Options in which the defaults go with what was given.</summary>
    /// <param name="options">The start with what was given.</param>
    /// <param name="problems">Takes what was given and goes with no default.</param>
    public SearchOptions Follow(SearchOptions options, List<OptionProblem> problems)
    {
        if (Follows("learning_rate_min", "learning_rate") && options.LearningRate > 0)
            options = options with { LearningRateMin = Math.Min(options.LearningRateMin, options.LearningRate) };
        if (Follows("multiplier", "nodes") && options.Nodes > 0) options = options with { Multiplier = Math.Min(options.Multiplier, options.Nodes) };
        // Warm-up and second stage keep their share of the epochs, as in the presets.
        if (Follows("second_stage_epoch", "epochs") && options.SecondStageEpoch >= options.Epochs)
            options = options with { SecondStageEpoch = Share(start.SecondStageEpoch, options) };
        if (Follows("warmup_epochs", "epochs") && SearchOptionFields.WarmsUpTooLong(options)) options = options with { WarmupEpochs = Share(start.WarmupEpochs, options) };
        options = Whole(options, "partial_channels", options.PartialChannels, problems) ? options : options with { PartialChannels = 1 };
        return Whole(options, "second_stage_partial_channels", options.SecondStagePartialChannels, problems) ? options : options with { SecondStagePartialChannels = 1 };
    }

    private int Share(int epochs, SearchOptions options) => Math.Max(0, (int)((long)epochs * options.Epochs / start.Epochs));

    private bool Whole(SearchOptions options, string dependent, int parts, List<OptionProblem> problems)
    {
        if (!Follows(dependent, "init_channels") || options.InitChannels < 1 || options.InitChannels % parts == 0) return true;
        problems.Add(OptionProblem.NotAllowed("init_channels", $"{options.InitChannels}", $"a multiple of {dependent}, which is {parts}"));
        return false;
    }

    private bool Follows(string dependent, string leader) => IsGiven(leader) && !IsGiven(dependent);

    private bool IsGiven(string name) => SearchOptionFields.Find(name) is { } field && given.Any(item => field.IsCalled(item.Name));
}

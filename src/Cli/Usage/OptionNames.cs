using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Usage;

/// <summary>Makes the options of a command, with checks that answer in one line.</summary>
internal static class OptionNames
{
    /// <summary>An option that takes a path or a name, which may not be empty.</summary>
    public static Option<string?> Path(string name, string takes, string description)
    {
        var option = new Option<string?>(name) { HelpName = takes, Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }]) result.AddError($"{name} is empty; give a {takes.ToLowerInvariant()}");
        });
        return option;
    }

    /// <summary>What was typed.</summary>
    public static string Line(ParseResult parsed) => string.Join(' ', parsed.Tokens.Select(token => token.Value));

    /// <summary>An option that takes one of a few words; the first is its default.</summary>
    public static Option<string> OneOf(string name, string description, params string[] words)
    {
        var option = new Option<string>(name)
        {
            HelpName = string.Join('|', words),
            Description = description,
            DefaultValueFactory = _ => words[0],
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && !words.Contains(word.Value))
                result.AddError($"{name} is '{word.Value}'; allowed is one of {string.Join(", ", words)}");
        });
        return option;
    }

    /// <summary>The option that takes a backend's name, or that of something else that computes.</summary>
    public static Option<string> Backend(string description, params string[] others)
    {
        const string name = "--backend";
        var allowed = string.Join(", or ", [BackendChoice.Allowed, .. others]);
        var option = new Option<string>(name)
        {
            HelpName = string.Join('|', [.. BackendChoice.Names, .. others]),
            Description = description,
            DefaultValueFactory = _ => BackendChoice.Auto,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && !BackendChoice.IsName(word.Value) && !others.Contains(word.Value))
                result.AddError($"{name} is '{word.Value}'; allowed is {allowed}");
        });
        return option;
    }

    /// <summary>The option of a run that writes an event file too.</summary>
    public static Option<bool> TensorBoard() =>
        new("--tensorboard") { Description = "Write an event file for TensorBoard into the run folder too." };

    /// <summary>An option that takes a genotype in any form.</summary>
    public static Option<string?> Genotype(string description) => Path("--genotype", "GENOTYPE", description);

    /// <summary>An option that takes the name of a hand-made network.</summary>
    public static Option<string?> Arch(string description) => Path("--arch", string.Join('|', NetworkDescription.Baselines), description);

    /// <summary>A positive number of some unit.</summary>
    public static Option<double?> Measure(string name, string unit, string description)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = unit };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }]
                && !(double.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value)))
                result.AddError($"{name} is a positive number of {unit}, not '{text}'");
        });
        return option;
    }

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int?> Number(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name) { HelpName = "N", Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens is not [var word]) return;
            var isNumber = int.TryParse(word.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
            if (!isNumber || value < least || value > most)
                result.AddError($"{name} is {word.Value}; allowed is a whole number from {least} to {most}");
        });
        return option;
    }
}

using System.CommandLine;

namespace MIOpenDarts.Cli.Usage;

/// <summary>Makes the options of a command, with checks that answer in one line.</summary>
internal static class Words
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

    /// <summary>An option that takes one of a few words; the first is its default.</summary>
    public static Option<string> OneOf(string name, string description, params string[] words)
    {
        var option = new Option<string>(name) { HelpName = string.Join('|', words), Description = description, DefaultValueFactory = _ => words[0] };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && !words.Contains(word.Value)) result.AddError($"{name} is '{word.Value}'; allowed is one of {string.Join(", ", words)}");
        });
        return option;
    }
}

using System.CommandLine;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// <c>miopendarts completion</c>: what a shell needs to complete words. The shell asks the command itself, so that both know the same.
/// </summary>
internal static class CompletionCommand
{
    public const string Name = "completion";

    // The shell's line up to the cursor, without the command's name, is what is to be completed. Where nothing is known, files are.
    private const string Bash =
        """
        _miopendarts() {
            local line=${COMP_LINE:0:COMP_POINT}
            line=${line#* }
            COMPREPLY=($(compgen -W "$(miopendarts "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _miopendarts miopendarts
        """;

    private const string Zsh =
        """
        #compdef miopendarts
        _miopendarts() {
            local line=${BUFFER[1,$CURSOR]}
            line=${line#* }
            local -a words=(${(f)"$(miopendarts "[suggest:${#line}]" "$line" 2>/dev/null)"})
            if (( $#words )); then compadd -- $words; else _files; fi
        }
        compdef _miopendarts miopendarts
        """;

    private static readonly (string Shell, string Script)[] Shells = [("bash", Bash), ("zsh", Zsh)];

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        Examples:
          eval "$(miopendarts completion bash)"    in ~/.bashrc
          eval "$(miopendarts completion zsh)"     in ~/.zshrc, after compinit
        """;

    public static Command Create(Screen screen)
    {
        var shell = new Argument<string>("shell") { Description = "bash or zsh." };
        shell.CompletionSources.Add([.. Shells.Select(s => s.Shell)]);
        var command = new Command(Name, "Print a script that completes words in a shell.") { shell };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(shell);
            var script = Shells.FirstOrDefault(s => s.Shell == given).Script
                ?? throw new OptionsException(
                    $"'{given}' is no shell that is known here; give {string.Join(" or ", Shells.Select(s => s.Shell))}");
            screen.Output.WriteLine(script);
            return ExitCode.Done;
        });
        return command;
    }
}

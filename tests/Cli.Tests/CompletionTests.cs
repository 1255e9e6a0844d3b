namespace MIOpenDarts.Cli.Tests;

/// <summary>Completion of words, by the shells themselves.</summary>
public sealed class CompletionTests : IDisposable
{
    // What follows a completion in a shell that nobody types into: the line, its cursor at the end.
    private const string Bash =
        """
        COMP_LINE=$LINE COMP_POINT=${#LINE} COMP_WORDS=($LINE) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _miopendarts; printf '%s\n' "${COMPREPLY[@]}"
        """;

    private const string Zsh =
        """
        BUFFER=$LINE CURSOR=${#LINE}
        compadd() { shift; print -l -- $@ }; _files() { print files }
        _miopendarts
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("completion").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("bash", "miopendarts sea", "search")]
    [InlineData("bash", "miopendarts search --learning-rate-m", "--learning-rate-min")]
    [InlineData("bash", "miopendarts completion z", "zsh")]
    [InlineData("zsh", "miopendarts sea", "search")]
    [InlineData("zsh", "miopendarts search --learning-rate-m", "--learning-rate-min")]
    [InlineData("zsh", "miopendarts train --genotype runs", "files")]
    public async Task A_shell_completes_what_the_command_knows(string shell, string line, string words)
    {
        Assert.SkipWhen(Find(shell) is null, $"needs {shell}: install Debian's package {shell}");
        // The function stands where the installed command would, and compdef belongs to zsh's own completion, which a script does not load.
        var script =
            $"miopendarts() {{ dotnet '{Command.Program}' \"$@\"; }}\ncompdef() {{ :; " +
            $"}}\n{Command.Run("completion", shell).Output}\n{(shell == "bash" ? Bash : Zsh)}\n";
        var path = Path.Combine(folder, "script");
        await File.WriteAllTextAsync(path, script, TestContext.Current.CancellationToken);
        using var process = Command.Start(Find(shell)!, shell == "zsh" ? ["-f", path] : [path], ("LINE", line));
        var outcome = await Command.End(process);
        Assert.Equal((words, ""), (outcome.Output.Trim(), outcome.Error));
    }

    [Fact]
    public void Another_shell_is_refused() =>
        Command.Refuses(2, ["completion", "fish"], "'fish' is no shell that is known here; give bash or zsh");

    private static string? Find(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}

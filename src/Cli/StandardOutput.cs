using System.Text;

namespace MIOpenDarts.Cli;

/// <summary>
/// Standard output that may fail: a full device, a terminal that was closed. The first failure is reported on standard error; what is
/// done goes on, for a run has all that it is worth in its folder.
/// </summary>
/// <param name="output">Where texts go.</param>
/// <param name="error">Where the failure is reported.</param>
internal sealed class StandardOutput(TextWriter output, TextWriter error) : TextWriter
{
    private bool failed;

    /// <inheritdoc/>
    public override Encoding Encoding => output.Encoding;

    /// <summary>What the command reports to the shell: that it failed, where its output is lost.</summary>
    public int Code(int code) => failed && code == ExitCode.Done ? ExitCode.Failed : code;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => output.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => output.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => output.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => output.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(output.Flush);

    private void Try(Action write)
    {
        if (failed) return;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failed = true;
            Failures.Report(
                error, $"the standard output cannot be written ({e.Message.TrimEnd('.')}); going on without it", ExitCode.Failed);
        }
    }
}

using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Cli.Commands;

/// <summary>What a run begins with when the command line says no more.</summary>
internal static class NewRun
{
    /// <summary>The folder of a new run.</summary>
    /// <param name="typed">What the user typed; null for one of its own.</param>
    /// <exception cref="Darts.Runs.RunFolderException">It holds a run, a study, or what is still to be done for either.</exception>
    public static string Folder(string? typed = null)
    {
        if (typed is null) return Path.Combine("runs", $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}");
        PlanFile.RequireNew(typed);
        return typed;
    }

    /// <summary>What was left out of the data, in one line; null for nothing.</summary>
    public static string? LeftOut(ImageData data) =>
        data.Description.Summary is { } summary ? PlainText.Line($"left out {summary}; see: miopendarts data {data.Name}") : null;

    /// <summary>A file or folder as an absolute path, because a resume may be called from another folder; a name as it is.</summary>
    public static string Lasting(string typed) => Path.Exists(typed) ? Path.GetFullPath(typed) : typed;
}

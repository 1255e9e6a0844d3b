using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Cli.Commands;

/// <summary>What a run begins with when the command line says no more.</summary>
internal static class NewRun
{
    /// <summary>A folder for a run that was given none.</summary>
    public static string Folder() => Path.Combine("runs", $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}");

    /// <summary>What was left out of the data, in one line; null for nothing.</summary>
    public static string? LeftOut(ImageData data) =>
        data.Description.Summary is { } summary ? PlainText.Line($"left out {summary}; see: miopendarts data {data.Name}") : null;

    /// <summary>A file or folder as an absolute path, because a resume may be called from another folder; a name as it is.</summary>
    public static string Lasting(string typed) => Path.Exists(typed) ? Path.GetFullPath(typed) : typed;
}

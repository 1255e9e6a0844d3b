namespace MIOpenDarts.Cli.Commands;

/// <summary>What a run begins with when the command line says no more.</summary>
internal static class NewRun
{
    /// <summary>A folder for a run that was given none.</summary>
    public static string Folder() => Path.Combine("runs", $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}");

    /// <summary>A file or folder as an absolute path, because a resume may be called from another folder; a name as it is.</summary>
    public static string Lasting(string typed) => Path.Exists(typed) ? Path.GetFullPath(typed) : typed;
}

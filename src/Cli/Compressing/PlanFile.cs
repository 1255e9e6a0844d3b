using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Runs;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>What is still to be done in a folder, in a file of it, so that it goes on wherever it was stopped.</summary>
internal static class PlanFile
{
    /// <summary>Reads it.</summary>
    /// <exception cref="RunFolderException">It cannot be read, or is none.</exception>
    public static T Read<T>(string folder, string name, JsonTypeInfo<T> type)
    {
        var file = Path.Combine(folder, name);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), type) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RunFolderException(
                $"{file}: cannot be read ({e.Message.Split(". ")[0].TrimEnd('.')}); begin another run with another --out", e);
        }
    }

    /// <summary>Refuses a folder in which something was begun before.</summary>
    /// <exception cref="RunFolderException">It holds a run, a study, or a plan of either.</exception>
    public static void RequireNew(string folder)
    {
        RunConfiguration.RequireNew(folder);
        if (CompressionPlan.IsIn(folder) || CompressionStudyPlan.IsIn(folder))
            throw new RunFolderException($"{folder}: holds a run already; go on with it by --resume {folder}, or choose another --out");
    }

    /// <summary>Writes it into a new folder.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or the folder holds something already.</exception>
    public static void Write<T>(string folder, string name, T plan, JsonTypeInfo<T> type)
    {
        RequireNew(folder);
        try
        {
            Directory.CreateDirectory(folder);
            WholeFile.Write(Path.Combine(folder, name), JsonSerializer.Serialize(plan, type) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{folder}: cannot be written ({e.Message.TrimEnd('.')}); choose another --out", e);
        }
    }
}

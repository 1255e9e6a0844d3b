using MIOpenDarts.Darts.Runs;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>A way to make a network smaller: a folder of the study.</summary>
/// <param name="Name">Of the folder.</param>
/// <param name="Plan">What is done in it.</param>
internal sealed record CompressionWay(string Name, CompressionPlan Plan);

/// <summary>The ways of a study, and what the network was as trained: the file that makes a folder that of a compression study.</summary>
internal sealed record CompressionStudyPlan
{
    private const string FileName = "compress.json";

    /// <summary>Test accuracy of the trained network when the study began, in percent.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The ways in order.</summary>
    public required IReadOnlyList<CompressionWay> Ways { get; init; }

    /// <summary>Whether a folder is that of a study.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Reads the plan in a folder.</summary>
    /// <exception cref="RunFolderException">There is none, or it cannot be read.</exception>
    public static CompressionStudyPlan Read(string folder) => IsIn(folder)
        ? PlanFile.Read(folder, FileName, CompressionPlanJson.Default.CompressionStudyPlan)
        : throw new RunFolderException($"{folder}: there is no study in this folder; give the folder of a compress");

    /// <summary>Writes it into a new folder.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or the folder holds something already.</exception>
    public void Write(string folder) => PlanFile.Write(folder, FileName, this, CompressionPlanJson.Default.CompressionStudyPlan);
}

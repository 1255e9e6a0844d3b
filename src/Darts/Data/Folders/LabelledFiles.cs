namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>Image files of one part.</summary>
/// <param name="Part">The folder that they lie below.</param>
/// <param name="Paths">The files, class by class.</param>
/// <param name="Labels">Class of each.</param>
internal sealed record LabelledFiles(string Part, string[] Paths, int[] Labels)
{
    /// <summary>Where they are in a folder of images, and how many.</summary>
    public string Describe(string root) => $"{(Part == root ? "the class folders" : Path.GetFileName(Part))} ({Paths.Length})";
}

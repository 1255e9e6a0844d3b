using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>
/// What a process on the virtual gfx803 sees of this machine's files beside the present directory: it has a root of its own, into which
/// folders are bound.
/// </summary>
internal static class VisibleFolders
{
    /// <summary>The environment variable of the virtual gfx803 that names them, with colons between.</summary>
    public const string Variable = "VGPU_BIND";

    // Those that its root has and needs.
    private static readonly string[] Own = ["/", "/usr", "/etc"], OwnTrees = ["/proc", "/dev"];

    /// <summary>A value of the variable with which paths are seen, beside what it was told already.</summary>
    /// <param name="paths">Files and folders; of one that is not there yet, the folder in which it would be made.</param>
    /// <exception cref="OptionsException">One cannot be seen.</exception>
    public static string Of(IEnumerable<string> paths) =>
        string.Join(':', paths.Select(Folder).Distinct().Append(Environment.GetEnvironmentVariable(Variable)));

    private static string Folder(string path)
    {
        var folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
        if (Own.Contains(folder) || OwnTrees.Any(tree => folder == tree || folder.StartsWith(tree + "/", StringComparison.Ordinal)))
            throw new OptionsException($"{path}: is in {folder}, of which the virtual gfx803 has one of its own; take another folder");
        if (folder.Contains(':', StringComparison.Ordinal))
            throw new OptionsException(
                $"{path}: is in {folder}, whose name has a colon, which the virtual gfx803 cannot see; take another folder");
        return folder;
    }
}

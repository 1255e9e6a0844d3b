namespace MIOpenDarts.Darts.Tests.Goldens;

/// <summary>Folders with golden data: the one beside the tests, and one more named by MIOPENDARTS_GOLDENS.</summary>
internal static class GoldenFolder
{
    public static IEnumerable<string> Files(string pattern)
    {
        var more = Environment.GetEnvironmentVariable("MIOPENDARTS_GOLDENS");
        var folders = new[] { Path.Combine(AppContext.BaseDirectory, "Goldens", "data") }.Concat(string.IsNullOrEmpty(more) ? [] : [more]);
        return folders.SelectMany(folder => Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal));
    }
}

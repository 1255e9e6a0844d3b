namespace MIOpenDarts.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Checkout
{
    /// <summary>Its top.</summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MIOpenDarts.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

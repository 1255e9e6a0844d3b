using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Tests;

public sealed class VisibleFoldersTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("visible");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Files_and_what_is_to_be_made_are_seen_through_the_folders_that_are_there()
    {
        var file = Path.Combine(folder.FullName, "options.json");
        File.WriteAllText(file, "{}");
        var inner = folder.CreateSubdirectory("data").FullName;
        Assert.Equal(
            [folder.FullName, inner],
            VisibleFolders.Of([file, inner, Path.Combine(folder.FullName, "tables", "new.json")]).Split(':').Take(2));
    }

    [Theory]
    [InlineData("/table.json", "/")]
    [InlineData("/etc/table.json", "/etc")]
    [InlineData("/dev/shm/table.json", "/dev/shm")]
    public void A_place_that_the_virtual_gfx803_has_for_itself_is_refused(string path, string place)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The virtual gfx803 runs on Linux.");
        var error = Assert.Throws<OptionsException>(() => VisibleFolders.Of([path]));
        Assert.StartsWith($"{path}: is in {place}, ", error.Message, StringComparison.Ordinal);
    }
}

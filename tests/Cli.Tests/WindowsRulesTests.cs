namespace MIOpenDarts.Cli.Tests;

/// <summary>What Windows demands of names, lines and paths, as far as another system can tell.</summary>
public sealed class WindowsRulesTests : IDisposable
{
    private static readonly string[] Devices =
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(k => new[] { $"COM{k}", $"LPT{k}" })];
    private readonly TinySearch tiny = new() { Epochs = 1 };

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Names_of_files_that_a_run_writes_are_valid()
    {
        Assert.Equal(0, Command.Run(tiny.Args("run", "--tensorboard")).Code);
        var written = Directory.GetFileSystemEntries(tiny.In("run"), "*", SearchOption.AllDirectories);
        Assert.True(written.Length > 10);
        Assert.DoesNotContain(written, path => !IsValid(Path.GetFileName(path)));
        Assert.Equal(written.Length, written.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void Names_of_files_of_the_checkout_are_valid_and_differ_by_more_than_case()
    {
        var paths = Below(Checkout.Folder).Select(path => Path.GetRelativePath(Checkout.Folder, path)).ToList();
        Assert.True(paths.Count > 500);
        Assert.DoesNotContain(paths, path => !IsValid(Path.GetFileName(path)));
        // Without long paths 260 characters have to hold the folder of the checkout too.
        Assert.DoesNotContain(paths, path => path.Length > 160);
        Assert.Equal(paths.Count, paths.Distinct(StringComparer.OrdinalIgnoreCase).Count());

        static IEnumerable<string> Below(string folder) => Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder)
            .Where(inside => Path.GetFileName(inside) is not ("bin" or "obj" or "runs" or "artifacts" or "rootfs")
                && !Path.GetFileName(inside).StartsWith('.') && new DirectoryInfo(inside).LinkTarget is null)
            .SelectMany(Below));
    }

    [Theory]
    [InlineData("options.yaml", "epochs: 1\r\nseed: 7\r\n")]
    [InlineData("options.json", "{\r\n  \"epochs\": 1,\r\n  \"seed\": 7\r\n}\r\n")]
    public void Files_of_options_may_end_lines_with_two_characters(string name, string text)
    {
        File.WriteAllText(tiny.In(name), text);
        Assert.Equal(0, Command.Run([.. tiny.Args("run"), "--config", tiny.In(name)]).Code);
        Assert.Contains("\"seed\": 7", File.ReadAllText(tiny.In("run/config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_genotype_s_file_may_end_lines_with_two_characters_and_stand_below_a_drive_s_letter()
    {
        Assert.Equal(0, Command.Run(tiny.Args("run")).Code);
        var plain = Command.Run("show", tiny.In("run")).Output;
        var text = File.ReadAllText(tiny.In("run/genotype.txt")).ReplaceLineEndings("\n");
        var normal = text[text.IndexOf("Genotype(", StringComparison.Ordinal)..].Trim();
        // On this system the whole of it is one name; the colon and the backslashes are what is told apart.
        var file = tiny.In("C:\\genotypes\\mine.py");
        File.WriteAllText(file, $"# found\r\nMINE = {normal.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n");
        Assert.Equal(plain, Command.Run("show", file).Output);
        Assert.Equal(plain, Command.Run("show", file + ":MINE").Output);
        Command.Refuses(2, ["show", tiny.In("D:\\genotypes\\none.py")], "none.py");
    }

    private static bool IsValid(string name) =>
        name.IndexOfAny(['<', '>', ':', '"', '/', '\\', '|', '?', '*']) < 0 && !name.Any(char.IsControl)
            && !name.EndsWith('.') && !name.EndsWith(' ') && !Devices.Contains(name.Split('.')[0], StringComparer.OrdinalIgnoreCase);
}

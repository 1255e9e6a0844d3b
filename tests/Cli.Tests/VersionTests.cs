using System.Text.RegularExpressions;

namespace MIOpenDarts.Cli.Tests;

public partial class VersionTests
{
    [Fact]
    public void The_version_is_that_of_the_newest_changes()
    {
        var newest = Heading().Match(File.ReadAllText(Path.Combine(Checkout.Folder, "CHANGELOG.md"))).Groups["version"].Value;
        Assert.Equal($"miopendarts {newest}", Command.Run("--version").Output.Trim().Split('+')[0]);
    }

    [GeneratedRegex(@"^## (?<version>\d+\.\d+\.\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();
}

using System.Diagnostics;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Resume after the disk was full: one line, and nothing is lost.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_device_that_is_full_at_a_checkpoint_leaves_the_earlier_ones()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full; run this on Linux");
        Assert.Equal(0, Command.Run(tiny.Args("whole")).Code);
        Assert.Equal(0, Command.Run(tiny.Args("run")).Code);
        tiny.TakeBack("run");
        // The ring clears left-over files of this name at the start, so the full device takes their place once the search is under way.
        var name = Path.Combine(tiny.Checkpoints("run"), "checkpoint-00002-0000000.safetensors" + WholeFile.Unfinished);
        using var output = new AtLine("forecast ", () => File.CreateSymbolicLink(name, "/dev/full"));
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(["search", "--resume", tiny.In("run")], new Screen(output, error)));
        Command.AssertOneLine(error.ToString(), "checkpoint-00002-0000000", "No space left", "make room");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("run")).Code);
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public async Task A_small_file_system_that_fills_up_and_is_enlarged_gives_the_same_result()
    {
        const string Cure = "run it as root on Linux with util-linux (unshare, mount)";
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root"
            && File.Exists("/usr/bin/unshare"), "needs a file system of its own: " + Cure);
        using (var probe = Process.Start("unshare", ["-m", "sh", "-c", $"mount -t tmpfs none '{tiny.Data}' 2> /dev/null"]))
        {
            await probe.WaitForExitAsync();
            Assert.SkipUnless(probe.ExitCode == 0, "mounting is not allowed here: " + Cure);
        }

        Assert.Equal(0, Command.Run(tiny.Args("whole")).Code);
        var small = Directory.CreateDirectory(tiny.In("small")).FullName;
        var search = $"dotnet '{Command.Program}' " + string.Join(' ', tiny.Args("small/run").Select(arg => $"'{arg}'"));
        // The mount lives in a namespace of this shell alone, so nothing is left behind, whatever happens.
        var script = $"""
            mount -t tmpfs -o size=240k none '{small}' || exit 99
            {search} > /dev/null; echo "ended $?"
            ls '{small}/run/checkpoints' | grep -c safetensors$
            mount -o remount,size=9m '{small}' || exit 99
            dotnet '{Command.Program}' search --resume '{small}/run' > /dev/null; echo "ended $?"
            cp -r '{small}/run' '{tiny.In("enlarged")}'
            """;
        using var process = Command.Start("unshare", ["-m", "sh", "-c", script]);
        var outcome = await Command.End(process);
        Assert.Equal(0, outcome.Code);
        Command.AssertOneLine(outcome.Error, "No space left", "make room");
        var lines = outcome.Output.Split('\n');
        Assert.Equal(("ended 1", "ended 0"), (lines[0], lines[2]));
        Assert.NotEqual("0", lines[1]);
        tiny.AssertSameEnd("whole", "enlarged");
    }

    private sealed class AtLine(string start, Action act) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.StartsWith(start, StringComparison.Ordinal)) act();
        }
    }
}

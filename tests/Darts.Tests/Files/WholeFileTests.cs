using System.Diagnostics;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    private string Path => System.IO.Path.Combine(folder, "report.html");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_is_replaced_as_a_whole()
    {
        WholeFile.Write(Path, "old");
        Assert.Equal(5, WholeFile.Write(Path, stream => stream.Write("newer"u8), lasting: true));
        Assert.Equal("newer", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        WholeFile.Write(Path, "old");
        Assert.Throws<IOException>(() => WholeFile.Write(Path, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("no space left");
        }));
        Assert.Equal("old", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_file_that_cannot_take_its_name_leaves_nothing()
    {
        Directory.CreateDirectory(Path);
        Assert.ThrowsAny<SystemException>(() => WholeFile.Write(Path, "text"));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void A_device_is_written_to_and_never_replaced()
    {
        if (OperatingSystem.IsWindows()) return;
        WholeFile.Write("/dev/null", "text");
        Assert.False(File.Exists("/dev/null" + WholeFile.Unfinished));
        Assert.Null(new FileInfo("/dev/null").LinkTarget);
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Theory]
    [InlineData("target.html")]
    [InlineData("not there yet.html")]
    public void Of_a_link_the_file_at_its_end_is_written_and_the_link_stays(string name)
    {
        var target = System.IO.Path.Combine(folder, name);
        if (name == "target.html") File.WriteAllText(target, "old");
        File.CreateSymbolicLink(Path, "second");
        File.CreateSymbolicLink(System.IO.Path.Combine(folder, "second"), name);
        WholeFile.Write(Path, "text");
        Assert.Equal(("second", "text"), (new FileInfo(Path).LinkTarget, File.ReadAllText(target)));
        Assert.Equal(3, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public async Task A_named_pipe_takes_the_text_and_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs mkfifo; run this on Linux");
        using (var make = Process.Start("mkfifo", [Path])) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var reader = new Process { StartInfo = new ProcessStartInfo("cat", [Path]) { RedirectStandardOutput = true } };
        reader.Start();
        WholeFile.Write(Path, "text");
        // A file that took the pipe's name would leave the reader waiting for ever.
        if (new FileInfo(Path).Length > 0) reader.Kill();
        Assert.Equal("text", await reader.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, new FileInfo(Path).Length);
    }

    [Fact]
    public void A_users_file_beside_it_is_never_overwritten()
    {
        File.WriteAllText(Path + ".tmp", "the user's");
        WholeFile.Write(Path, "text");
        Assert.Equal("the user's", File.ReadAllText(Path + ".tmp"));
    }

    [Fact]
    public void Sweeping_removes_what_was_left_unfinished_and_nothing_of_the_users()
    {
        string[] ours = ["report.html" + WholeFile.Unfinished, "checkpoint.safetensors" + WholeFile.Unfinished];
        string[] others = ["notes.tmp", "report.html", "report.html.tmp", "config.json.tmp", "tmp"];
        foreach (var name in ours.Concat(others)) File.WriteAllText(System.IO.Path.Combine(folder, name), name);
        WholeFile.Sweep(folder);
        Assert.Equal(others.Order(), Directory.GetFiles(folder).Select(System.IO.Path.GetFileName).Order());
    }
}

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
        Assert.False(File.Exists("/dev/null.tmp"));
        Assert.Null(new FileInfo("/dev/null").LinkTarget);
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void Sweeping_removes_what_was_left_unfinished_and_nothing_of_the_users()
    {
        string[] ours = ["report.html.tmp", "config.json.tmp", "weights.safetensors.tmp", "report.txt.tmp", "normal.svg.tmp", "normal.dot.tmp"];
        string[] others = ["notes.tmp", "report.html", "model.pt.tmp", "tmp"];
        foreach (var name in ours.Concat(others)) File.WriteAllText(System.IO.Path.Combine(folder, name), name);
        WholeFile.Sweep(folder);
        Assert.Equal(others.Order(), Directory.GetFiles(folder).Select(System.IO.Path.GetFileName).Order());
    }
}

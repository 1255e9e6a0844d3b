using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.Tests.Loading;

public sealed class InstallationTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("no-rocm");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(RocmLibrary.Hip, "HIP runtime")]
    [InlineData(RocmLibrary.MIOpen, "HIP runtime")]
    public void An_empty_machine_gets_a_text_with_places_causes_and_cures(RocmLibrary library, string named)
    {
        var installation = new RocmInstallation([folder.FullName]);
        Assert.False(installation.TryLoad(library, out _, out _, out var failure));
        Assert.Contains(named, failure, StringComparison.Ordinal);
        Assert.All([folder.FullName, "MIOPENDARTS_ROCM", "not installed", "gfx803"], part =>
            Assert.Contains(part, failure, StringComparison.Ordinal));
        Assert.Null(installation.Major);
    }

    [Fact]
    public void A_damaged_library_is_named_with_the_loaders_own_reason()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "libamdhip64.so.6"), "not a library");
        Assert.False(new RocmInstallation([folder.FullName]).TryLoad(RocmLibrary.Hip, out _, out _, out var failure));
        Assert.Contains($"Tried {folder.FullName}/libamdhip64.so.6: ", failure, StringComparison.Ordinal);
        Assert.Matches("file too short|invalid ELF header", failure);
    }

    [Fact]
    public void The_answer_is_the_same_when_asked_again()
    {
        var installation = new RocmInstallation([folder.FullName]);
        _ = installation.TryLoad(RocmLibrary.Hip, out _, out _, out var first);
        File.WriteAllText(Path.Combine(folder.FullName, "libamdhip64.so.6"), "not a library");
        _ = installation.TryLoad(RocmLibrary.Hip, out _, out _, out var second);
        Assert.Same(first, second);
    }

    [Fact]
    public void Where_MIOpen_is_its_own_HIP_decides_and_one_of_another_major_is_refused()
    {
        // The real MIOpen 6.4.3 beside a file that has the name of ROCm 7's runtime.
        var libraries = Path.Combine(Needs.Libraries("6.4.3"), "usr/lib/x86_64-linux-gnu");
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "libMIOpen.so.1"), Path.Combine(libraries, "libMIOpen.so.1"));
        File.WriteAllText(Path.Combine(folder.FullName, "libamdhip64.so.7"), "not a library");
        File.WriteAllText(Path.Combine(folder.FullName, "libamdhip64.so.6"), "not a library either");
        Assert.False(new RocmInstallation([folder.FullName]).TryLoad(RocmLibrary.Hip, out _, out _, out var failure));
        Assert.Contains("libamdhip64.so.6:", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("libamdhip64.so.7:", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_without_a_GPU_names_the_runtime_the_status_and_what_to_look_at()
    {
        var text = FailureText.NoDevice("/x/libamdhip64.so.6", 100, "no ROCm-capable device is detected", "/no/driver");
        Assert.All(["/x/libamdhip64.so.6", "100", "no ROCm-capable device", "/no/driver is missing", "HIP_VISIBLE_DEVICES", "gfx803"],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_the_driver_is_there_the_text_thinks_of_the_group_render()
    {
        var driver = Path.Combine(folder.FullName, "kfd");
        File.WriteAllText(driver, "");
        var text = FailureText.NoDevice("/x/libamdhip64.so.6", 100, "no ROCm-capable device is detected", driver);
        Assert.Contains("usermod -aG render", text, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_another_major_was_chosen_the_text_says_that_all_must_be_of_one()
    {
        var text = FailureText.Of(RocmLibrary.HipBlas, 6, ["/x/libhipblas.so.2: cannot open"], ["/x", SearchPlaces.Loader]);
        Assert.All(["hipBLAS", "for ROCm 6", "one ROCm major", "Tried /x/libhipblas.so.2: cannot open", "Two ROCm majors are mixed"],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
    }
}

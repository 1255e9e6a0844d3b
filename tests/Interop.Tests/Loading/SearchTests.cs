using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.Tests.Loading;

public sealed class SearchTests
{
    [Fact]
    public void Places_are_searched_from_the_most_to_the_least_explicit()
    {
        var environment = new Dictionary<string, string?>
        {
            ["MIOPENDARTS_ROCM"] = "/chosen",
            ["ROCM_PATH"] = "/rocm",
            ["LD_LIBRARY_PATH"] = "/a:/b",
        };
        var places = SearchPlaces.All("/configured", name => environment.GetValueOrDefault(name));
        string[] wanted = ["/configured", "/configured/lib", "/chosen", "/chosen/lib", "/rocm/lib", "/opt/rocm/lib", "/a", "/b",
            "/usr/lib/x86_64-linux-gnu"];
        Assert.Equal(wanted, places.Where(wanted.Contains));
        Assert.Equal(SearchPlaces.Loader, places[^1]);
    }

    [Fact]
    public void Without_any_setting_only_the_system_is_searched()
    {
        var places = SearchPlaces.All(null, _ => null);
        Assert.StartsWith("/opt/rocm", places[0], StringComparison.Ordinal);
        Assert.All(places.SkipLast(1), p => Assert.StartsWith("/", p, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("libamdhip64.so.6", 6)]
    [InlineData("/opt/rocm-7.2.4/lib/libamdhip64.so.7.2.70204", 7)]
    [InlineData("7f00-7f01 r--p 0000 fd:00 12 /usr/lib/libamdhip64.so.5.2.2", 5)]
    [InlineData("libamdhip64.so", null)]
    [InlineData("librocblas.so.4", null)]
    public void The_major_of_a_HIP_runtime_is_in_its_name(string name, int? major) => Assert.Equal(major, Sonames.HipMajor(name));

    [Fact]
    public void Every_library_has_a_name_in_every_major_and_none_is_shared_by_two_HIP_runtimes()
    {
        foreach (var library in Enum.GetValues<RocmLibrary>())
        {
            Assert.All(Sonames.Majors.ToArray(), major => Assert.NotEmpty(Sonames.Of(library, major)));
        }
        Assert.Equal(3, Sonames.Majors.ToArray().SelectMany(m => Sonames.Of(RocmLibrary.Hip, m)).Distinct().Count());
    }

    [Theory]
    [InlineData("amdhip64", RocmLibrary.Hip)]
    [InlineData("hiprtc", RocmLibrary.HipRtc)]
    [InlineData("MIOpen", RocmLibrary.MIOpen)]
    [InlineData("hipblas", RocmLibrary.HipBlas)]
    [InlineData("libc", null)]
    public void Imports_of_other_libraries_are_left_to_the_system(string import, RocmLibrary? library) =>
        Assert.Equal(library, Sonames.FromImport(import));
}

using System.Reflection;
using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.Tests.Abi;

public sealed class ExportTests
{
    [Theory]
    [InlineData("6.4.3", 6)]
    [InlineData("7.2.4", 7)]
    public void Every_imported_function_is_exported_by_the_real_library(string generation, int major)
    {
        foreach (var library in Enum.GetValues<RocmLibrary>())
        {
            Assert.Empty(Imports(library).Except(Exports(generation, library, major)));
        }
    }

    [Fact]
    public void ROCm_5_2_lacks_only_functions_that_are_documented_to_need_a_later_one()
    {
        var missing = new[] { RocmLibrary.Hip, RocmLibrary.HipRtc }.SelectMany(l => Imports(l).Except(Exports("5.2.3", l, 5)));
        Assert.Equal(["hipGetDevicePropertiesR0600", "hipLaunchHostFunc"], missing.Order());
    }

    [Theory]
    [InlineData("6.4.3", 6)]
    [InlineData("7.2.4", 7)]
    public void MIOpen_is_known_by_the_HIP_runtime_that_it_needs(string generation, int major)
    {
        var file = ElfFile.Read(FileOf(generation, "libMIOpen.so.1"));
        Assert.Equal([(int?)major], file.Needed().Select(n => Sonames.HipMajor(n)).Where(m => m is not null));
    }

    private static string[] Imports(RocmLibrary library)
    {
        var functions = typeof(HipNative).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(m => m.GetCustomAttribute<DllImportAttribute>() is { } import && Sonames.FromImport(import.Value) == library)
            .Select(m => m.Name).ToArray();
        Assert.NotEmpty(functions);
        return functions;
    }

    private static IEnumerable<string> Exports(string generation, RocmLibrary library, int major) =>
        ElfFile.Read(FileOf(generation, Sonames.Of(library, major)[0])).Exports();

    private static string FileOf(string generation, string soname) =>
        Path.Combine(Needs.Libraries(generation), "usr/lib/x86_64-linux-gnu", soname);
}

using CsCheck;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.Tests.Loading;

public sealed class ElfFileTests
{
    // Part of every .NET installation, so always there to be read.
    private static readonly string Library = Path.Combine(
        System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so");

    [Fact]
    public void Needs_and_exports_of_a_library_are_read()
    {
        var file = ElfFile.Read(Library);
        Assert.Contains("libc.so.6", file.Needed());
        Assert.Contains("SystemNative_Read", file.Exports());
        Assert.DoesNotContain("malloc", file.Exports());
    }

    [Fact]
    public void A_damaged_file_is_an_InvalidDataException_or_harmless()
    {
        var original = File.ReadAllBytes(Library);
        var path = Path.GetTempFileName();
        Gen.Select(Gen.Int[0, 63], Gen.Byte, Gen.Int[64, original.Length]).Holds((at, value, length) =>
        {
            var damaged = original[..length];
            damaged[at] = value;
            File.WriteAllBytes(path, damaged);
            try
            {
                _ = ElfFile.Read(path).Needed().Count();
            }
            catch (InvalidDataException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
            }
        }, 200);
        File.Delete(path);
    }
}

using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process that finds no ROCm library at all.</summary>
public sealed unsafe class NothingInside
{
    [InsideFact]
    public void There_are_no_devices_and_the_reason_is_that_there_is_no_runtime()
    {
        Assert.Empty(HipDevice.All);
        Assert.StartsWith("No usable HIP runtime library was found.", HipDevice.WhyNone, StringComparison.Ordinal);
        Assert.Null(Rocm.Major);
    }

    [InsideFact]
    public void Every_library_says_why_it_is_not_there()
    {
        foreach (var library in Enum.GetValues<RocmLibrary>())
        {
            Assert.False(Rocm.IsAvailable(library));
            Assert.Null(Rocm.PathOf(library));
            Assert.Contains("Likely causes and cures", Rocm.WhyUnavailable(library), StringComparison.Ordinal);
        }
    }

    [InsideFact]
    public void Only_who_needs_a_library_gets_an_exception_and_it_has_the_same_text()
    {
        var compiling = () => { new KernelCompiler(cache: null).Compile(new KernelSource("a.hip", "", "gfx803")); };
        Assert.Equal(RocmLibrary.HipRtc, Assert.Throws<RocmNotFoundException>(compiling).Library);
        Assert.Equal(RocmLibrary.MIOpen,
            Assert.Throws<RocmNotFoundException>(() => ActivationDescriptor.Create(ActivationMode.Relu)).Library);
        Assert.Equal(Rocm.WhyUnavailable(RocmLibrary.Hip), Assert.Throws<RocmNotFoundException>(CallDirectly).Message);
    }

    private static void CallDirectly() => Status.Check(HipNative.hipDeviceSynchronize());
}

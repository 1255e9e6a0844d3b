using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Rtc;

namespace MIOpenDarts.Interop.Tests.Worlds;

/// <summary>Debian bookworm's libamdhip64-5 in the test process itself.</summary>
public sealed class ThisProcessTests
{
    public ThisProcessTests() => Assert.SkipWhen(ThisProcess.WhyNot is not null, ThisProcess.WhyNot ?? "");

    [Fact]
    public void Status_100_becomes_no_AMD_GPU_found()
    {
        Assert.Empty(HipDevice.All);
        Assert.StartsWith($"No AMD GPU found: {ThisProcess.Folder}/libamdhip64.so.5 answered 100 (", HipDevice.WhyNone,
            StringComparison.Ordinal);
        Assert.Equal(5, Rocm.Major);
        Assert.Contains(File.ReadLines("/proc/self/maps"), l =>
            l.Contains($"{ThisProcess.Folder}/libamdhip64.so.5", StringComparison.Ordinal));
    }

    [Fact]
    public void The_runtimes_own_compiler_makes_code_for_gfx803()
    {
        var source = new KernelSource("one.hip", "extern \"C\" __global__ void one(float* y) { y[threadIdx.x] = 1; }", "gfx803");
        var code = new KernelCompiler(cache: null).Compile(source).Bytes.Span;
        Assert.Equal((224, 0x2A), (code[18], code[48])); // EM_AMDGPU and EF_AMDGPU_MACH of gfx803
    }

    [Fact]
    public void After_the_first_load_the_choice_of_the_libraries_cannot_be_changed()
    {
        Assert.True(Rocm.IsAvailable(RocmLibrary.Hip));
        Assert.Throws<InvalidOperationException>(() => Rocm.Configure(Path.GetTempPath()));
        Assert.Equal($"{ThisProcess.Folder}/libamdhip64.so.5", Rocm.PathOf(RocmLibrary.Hip));
    }
}

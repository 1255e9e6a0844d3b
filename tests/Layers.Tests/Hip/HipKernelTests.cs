using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>Our kernels as machine code; hipRTC makes it without a GPU.</summary>
[Trait("Category", "gpu")]
public class HipKernelTests
{
    // A wave of GCN and, with 64 lanes, of RDNA: what runs was tried on gfx803 only.
    [Theory]
    [InlineData("gfx803")]
    [InlineData("gfx900")]
    [InlineData("gfx1030")]
    [InlineData("gfx1100")]
    public void Every_file_compiles_and_no_kernel_spills_or_has_too_many_arguments(string architecture)
    {
        Assert.SkipUnless(Rocm.IsAvailable(RocmLibrary.HipRtc), "There is no hipRTC: install ROCm, or run this on the virtual gfx803 (VirtualGpuTests).");
        var compiler = new KernelCompiler(CodeObjectCache.Default());
        foreach (var file in KernelSources.Files)
        {
            var kernels = KernelResources.Read(compiler.Compile(KernelSources.Read(file, architecture)).Bytes.Span);
            Assert.Equal(KernelSources.Kernels(file).Order(StringComparer.Ordinal), kernels.Select(k => k.Name));
            Assert.All(kernels, k => Assert.True(k.PrivateBytes == 0, $"{k}"));
            Assert.All(kernels, k => Assert.InRange(k.VectorRegisters, 1, 128));
            Assert.All(kernels, k => Assert.InRange(k.ArgumentBytes, 1, 4096));
            Assert.All(kernels, k => Assert.InRange(k.SharedBytes, 0, 32768));
        }
    }
}

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
        var compiler = Compiler();
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

    [Fact]
    public void Every_struct_lies_in_memory_as_the_kernels_read_it()
    {
        Assert.Empty(KernelStructs.Forgotten);
        var compiler = Compiler();
        foreach (var file in KernelSources.Files)
        {
            var source = KernelSources.Read(file, "gfx803");
            compiler.Compile(source with { Text = source.Text + KernelStructs.Assertions(file) });
            if (KernelStructs.Assertions(file) is not { Length: > 0 } assertions) continue;
            var wrong = assertions.Replace("sizeof(", "1 + sizeof(", StringComparison.Ordinal);
            Assert.Contains("static assertion", Assert.ThrowsAny<Exception>(() => compiler.Compile(source with { Text = source.Text + wrong })).Message);
        }
    }

    private static KernelCompiler Compiler()
    {
        Assert.SkipUnless(Rocm.IsAvailable(RocmLibrary.HipRtc), "There is no hipRTC: install ROCm, or run this on the virtual gfx803 (VirtualGpuTests).");
        return new KernelCompiler(CodeObjectCache.Default());
    }
}

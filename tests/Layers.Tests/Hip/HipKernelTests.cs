using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>Our kernels as machine code; hipRTC makes it without a GPU.</summary>
[Trait("Category", "gpu")]
public class HipKernelTests
{
    private const int InstructionCache = 32768;

    // A wave of GCN and, with 64 lanes, of RDNA: what runs was tried on gfx803 only.
    [Theory]
    [InlineData("gfx803")]
    [InlineData("gfx900")]
    [InlineData("gfx1030")]
    [InlineData("gfx1100")]
    public void Every_file_compiles_and_no_kernel_spills_a_register_or_is_larger_than_the_instruction_cache(string architecture)
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
            Assert.All(kernels, k => Assert.True(k.SpilledScalars == 0, $"{k}"));
            Assert.All(kernels, k => Assert.InRange(k.CodeBytes, 4, InstructionCache));
        }
    }

    [Fact]
    public void Every_struct_lies_in_memory_as_the_kernels_read_it()
    {
        foreach (var file in KernelStruct.All.GroupBy(s => s.File))
            Compile(file.Key, string.Concat(file.Select(s => FieldOffsets.Assertions(s.Name, s.Mirror))));
    }

    [Theory]
    [InlineData(typeof(Swapped))]
    [InlineData(typeof(Wider))]
    [InlineData(typeof(Renamed))]
    public void A_mirror_with_a_field_elsewhere_is_refused(Type mirror) =>
        Assert.Contains("separable.hip", Refused(() => Compile("separable.hip", FieldOffsets.Assertions(nameof(BranchSource), mirror))));

    [Fact]
    public void A_mirror_of_another_size_is_refused()
    {
        foreach (var s in KernelStruct.All)
        {
            var source = KernelSources.Read(s.File, "gfx803");
            var size = $"sizeof({s.Name}) == ";
            var longer = source.Text.Replace($"{size}{s.Bytes},", $"{size}{s.Bytes + 8},", StringComparison.Ordinal);
            Assert.NotEqual(source.Text, longer);
            Assert.Contains($"KernelStructs.cs has a {s.Name}", Refused(() => Compiler().Compile(source with { Text = longer })));
        }
    }

    [Theory]
    [InlineData("normalization.hip", "THREADS", 128)]
    [InlineData("normalization.hip", "STATISTICS_PIXELS", 1000)]
    [InlineData("normalization.hip", "FINISH_THREADS", 48)]
    [InlineData("separable.hip", "SOURCE_PIXELS", 1000)]
    [InlineData("separable.hip", "POINTWISE_PIXELS", 1000)]
    [InlineData("separable.hip", "POINTWISE_TILE", 32)]
    [InlineData("vectors.hip", "DOT_ELEMENTS", 1000)]
    public void A_constant_for_which_a_kernel_is_not_written_is_refused(string file, string name, int value)
    {
        var source = KernelSources.Read(file, "gfx803");
        string[] options = [.. source.Options.Select(o => o.StartsWith($"-D{name}=", StringComparison.Ordinal) ? $"-D{name}={value}" : o)];
        Assert.Contains("static assertion failed", Refused(() => Compiler().Compile(source with { Options = options })));
    }

    private static void Compile(string file, string assertions)
    {
        var source = KernelSources.Read(file, "gfx803");
        Compiler().Compile(source with { Text = source.Text + assertions });
    }

    private static string Refused(Action compile) => Assert.Throws<HipRtcException>(compile).Message;

    private static KernelCompiler Compiler()
    {
        Assert.SkipUnless(
            Rocm.IsAvailable(RocmLibrary.HipRtc),
            "There is no hipRTC: install ROCm, or run this on the virtual gfx803 (VirtualGpuTests).");
        return new KernelCompiler(CodeObjectCache.Default());
    }

    // BranchSource as somebody may get it wrong.
#pragma warning disable CS0649 // Only where the fields lie matters.
    private struct Swapped
    {
        public nint Diff, Products, Sums;
        public int First, Count, Accumulate;
    }

    private struct Wider
    {
        public nint Diff, Sums, Products;
        public long First;
        public int Count, Accumulate;
    }

    private struct Renamed
    {
        public nint Diff, Sums, Products;
        public int Start, Count, Accumulate;
    }
}

using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process with a real hipRTC and no GPU.</summary>
public sealed class RtcInside
{
    private const string Text = """
        extern "C" __global__ void scale(float* y, const float* x, float a, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) y[i] = a * x[i] + OFFSET;
        }
        """;

    private static KernelSource Source(string text = Text) => new("scale.hip", text, "gfx803", "-DOFFSET=1.0f", "-O3");

    [InsideFact]
    public void A_kernel_compiles_to_machine_code_of_gfx803()
    {
        var code = new KernelCompiler(cache: null).Compile(Source());
        Assert.True(code.Bytes.Span.StartsWith("\u007FELF"u8));
        Assert.Equal(224, code.Bytes.Span[18]); // EM_AMDGPU
        Assert.Equal(0x2A, code.Bytes.Span[48]); // EF_AMDGPU_MACH of gfx803
        Assert.True(code.Bytes.Span.IndexOf("scale"u8) > 0);
    }

    [InsideFact]
    public void What_does_not_compile_is_reported_with_file_line_and_reason_and_leaves_nothing_behind()
    {
        var before = NativeHandle.LiveCount;
        var source = Source(Text.Replace("float a", "flaot a", StringComparison.Ordinal));
        var e = Assert.Throws<HipRtcException>(() => new KernelCompiler(cache: null).Compile(source));
        Assert.Equal(("hiprtcCompileProgram", 6), (e.Call, e.Status));
        // hipRTC 5 compiles a temporary file and names that.
        Assert.Contains(World.Current == "5.2.3" ? "CompileSource:1:" : "scale.hip:1:", e.Log, StringComparison.Ordinal);
        Assert.Contains("flaot", e.Log, StringComparison.Ordinal);
        Assert.Contains(e.Log, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, NativeHandle.LiveCount);
    }

    [InsideFact]
    public void The_second_compilation_comes_from_the_cache_and_a_damaged_entry_is_made_anew()
    {
        var cache = CodeObjectCache.Default();
        var compiler = new KernelCompiler(cache);
        var first = compiler.Compile(Source());
        var second = new KernelCompiler(cache).Compile(Source());
        Assert.Equal((false, true), (first.FromCache, second.FromCache));
        Assert.True(first.Bytes.Span.SequenceEqual(second.Bytes.Span));

        var file = Directory.EnumerateFiles(cache.Directory, "*.co", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.False(compiler.Compile(Source()).FromCache);
        Assert.True(compiler.Compile(Source()).FromCache);
    }

    [InsideFact]
    public void Two_threads_compile_at_the_same_time()
    {
        var sizes = new int[4];
        Parallel.For(0, sizes.Length, i => sizes[i] = new KernelCompiler(cache: null).Compile(Source(Text + $"// {i}\n")).Bytes.Length);
        Assert.All(sizes, s => Assert.InRange(s, 1000, 100_000));
    }

    [InsideFact]
    public void The_compiler_says_its_version() => Assert.Matches(@"^hipRTC \d+\.\d+, HIP \d+$", KernelCompiler.CompilerVersion);
}

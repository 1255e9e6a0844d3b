using System.Text;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>What each of our kernels needs of a compute unit, from the compiler's notes: the table of docs/gpu.md. Needs hipRTC, but no GPU.</summary>
public static class KernelTable
{
    /// <summary>The table in Markdown.</summary>
    /// <param name="architecture">For example gfx803.</param>
    public static string Markdown(string architecture)
    {
        var compiler = new KernelCompiler(CodeObjectCache.Default());
        var text = new StringBuilder();
        text.Append("| file | kernel | VGPRs | SGPRs | LDS, bytes | waves per SIMD |\n|---|---|---|---|---|---|\n");
        foreach (var file in KernelSources.Files)
            foreach (var k in KernelResources.Read(compiler.Compile(KernelSources.Read(file, architecture)).Bytes.Span))
                text.Append($"| {file} | {k.Name} | {k.VectorRegisters} | {k.ScalarRegisters} | {k.SharedBytes} | {k.WavesPerSimd(k.Name == "statistics_finish" ? 64 : 256)} |\n");
        return text.ToString();
    }
}

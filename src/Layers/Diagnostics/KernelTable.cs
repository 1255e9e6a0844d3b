using System.Globalization;
using System.Text;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>
/// What each of our kernels needs of a compute unit, from the compiler's notes, and how a step uses it and MIOpen: the table of
/// docs/gpu.md. The first part needs hipRTC, but no GPU.
/// </summary>
internal static class KernelTable
{
    /// <summary>Bytes a second that the memory of an RX 580 moves.</summary>
    public const double BytesPerSecond = 256e9;

    /// <summary>The table in Markdown.</summary>
    /// <param name="architecture">For example gfx803.</param>
    /// <param name="uses">Launches and bytes of one step, by kernel or operation of MIOpen; nothing where it did not run.</param>
    /// <param name="modelled">What a time model says of the step's kernels; nothing where the GPU is no modelled one.</param>
    public static string Markdown(
        string architecture, IReadOnlyDictionary<string, KernelUse> uses, IReadOnlyList<ModelledKernel> modelled)
    {
        var times = modelled.ToDictionary(kernel => kernel.Name);
        var compiler = new KernelCompiler(CodeObjectCache.Default());
        var (text, libraries) = (new StringBuilder(), uses.ToDictionary());
        text.Append(
            "| file | kernel | VGPRs | SGPRs | LDS, bytes | code, KiB | waves per SIMD | launches a step | MB a launch " +
            "| floor, µs at 256 GB/s | modelled, µs | binds |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var file in KernelSources.Files)
            foreach (var k in KernelResources.Read(compiler.Compile(KernelSources.Read(file, architecture)).Bytes.Span))
            {
                text.Append(
                    $"| {file} | {k.Name} | {k.VectorRegisters} | {k.ScalarRegisters} | {k.SharedBytes} | " +
                    $"{string.Create(CultureInfo.InvariantCulture, $"{k.CodeBytes / 1024.0:F1}")} | " +
                    $"{k.WavesPerSimd(k.Name == "statistics_finish" ? 64 : 256)} ");
                text.Append(libraries.Remove(k.Name, out var use) ? $"{Use(use)} {Time(k.Name)}" : "| | | | | |").Append('\n');
            }

        foreach (var (name, use) in libraries.OrderBy(u => u.Key, StringComparer.Ordinal))
            text.Append($"| MIOpen | {name} | | | | | {Use(use)} | |\n");
        if (uses.Count > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"| | all | | | | | | {uses.Values.Sum(u => u.Launches)} | {uses.Values.Sum(u => u.Bytes) / 1e9:F1} GB | " +
                $"{Microseconds(uses.Values.Sum(u => u.Bytes)) / 1000:F0} ms | "
                + $"{(modelled.Count == 0 ? "" : $"{modelled.Sum(kernel => kernel.Microseconds) / 1000:F0} ms")} | |\n");
        return text.ToString();

        string Time(string kernel) => times.TryGetValue(kernel, out var time)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.Microseconds / time.Launches:F1} | {time.Binding} |")
            : "| |";
    }

    private static string Use(KernelUse use) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {use.Launches} | {(use.Bytes == 0 ? "" : $"{use.Bytes / 1e6 / use.Launches:F2}")} | " +
            $"{(use.Bytes == 0 ? "" : $"{Microseconds(use.Bytes) / use.Launches:F1}")} |");

    private static double Microseconds(double bytes) => bytes / BytesPerSecond * 1e6;
}

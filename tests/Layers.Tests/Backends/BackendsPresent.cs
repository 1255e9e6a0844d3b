using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>The backends in single precision that the suite runs on, by name.</summary>
internal static class BackendsPresent
{
    private static readonly int[] Widths = [16, 8, 4];

    public static IEnumerable<string> Names =>
        Widths.SelectMany(_ => new[] { 1, 2 }, (width, threads) => Cpu(width, threads)).Prepend("reference");

    public static string Cpu(int width, int threads) => $"cpu {width} x{threads}";

    /// <summary>Makes the backend, or skips the test where the processor lacks its vectors.</summary>
    public static Backend<float> Create(string name)
    {
        if (name == "reference") return new ReferenceBackend<float>();
        var numbers = name.Split(' ');
        var width = int.Parse(numbers[1]);
        Assert.SkipUnless(
            width == 4 || (width == 8 && Vector256.IsHardwareAccelerated) || (width == 16 && Vector512.IsHardwareAccelerated),
            $"This processor (or DOTNET_EnableAVX...) has no vectors of {width} floats; run the suite on one with AVX2 or AVX-512.");
        return CpuBackend.Create(int.Parse(numbers[2][1..]), width);
    }
}

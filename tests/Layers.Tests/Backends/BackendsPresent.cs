using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>The backends in single precision that the suite runs on, by name.</summary>
internal static class BackendsPresent
{
    public static IEnumerable<string> Names =>
        VectorWidths.All.SelectMany(_ => new[] { 1, 2 }, (width, threads) => Cpu(width, threads)).Prepend("reference");

    public static string Cpu(int width, int threads) => $"cpu {width} x{threads}";

    public static Backend<float> Create(string name)
    {
        if (name == "reference") return new ReferenceBackend<float>();
        var numbers = name.Split(' ');
        return CpuBackend.Create(int.Parse(numbers[2][1..]), int.Parse(numbers[1]));
    }
}

using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.MIOpen.Convolutions;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Solvers are remembered for whose times they were chosen by.</summary>
public sealed class TimingSourceTests : IDisposable
{
    private static readonly TimingSource Card = new("gfx803", "Radeon RX 580 Series", 60443484, new Version(3, 4, 0))
    { Constants = null, IsDry = false };

    private static readonly ConvolutionKey Key = new(
        ConvolutionDirection.Forward, new Shape(2, 3, 8, 8), new Shape(4, 3, 3, 3), new Shape(2, 4, 8, 8), Window2D.Square(3, 1, 1), 1,
        true);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("solvers");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Another_card_clock_or_model_has_a_memory_of_its_own()
    {
        TimingSource[] sources =
        [
            Card, Card with { Card = "Radeon RX 570 Series" }, Card with { Architecture = "gfx900" }, Card with { Driver = 1 },
            Card with { MIOpen = new Version(3, 5, 0) }, Card with { Constants = "1.34 GHz, 238 GB/s, 5 us a launch, time model 1" },
            Card with { Constants = "1.257 GHz, 238 GB/s, 5 us a launch, time model 1" },
            Card with { Constants = "1.34 GHz, 238 GB/s, 5 us a launch, time model 2" }, Card with { IsDry = true },
        ];
        foreach (var (source, number) in sources.Where(source => !source.IsDry).Select((source, number) => (source, number)))
        {
            Assert.Null(source.Open(folder.FullName)[Key]);
            source.Open(folder.FullName).Add(Key, new SolverChoice(SolverChoice.MIOpen, (ulong)number, 0, 1));
            Assert.Equal((ulong)number, source.Open(folder.FullName)[Key]!.Solution);
        }

        Assert.Equal(sources.Length, sources.Select(source => source.Name).Distinct().Count());
    }

    [Fact]
    public void A_dry_run_leaves_nothing_behind()
    {
        var dry = Card with { IsDry = true };
        var memory = dry.Open(folder.FullName);
        Assert.Equal(1ul, memory.Add(Key, new SolverChoice(SolverChoice.MIOpen, 1, 0, 0.0001)).Solution);
        Assert.NotNull(memory[Key]);
        Assert.Empty(folder.EnumerateFileSystemInfos());
        Assert.Null(dry.Open(folder.FullName)[Key]);
    }
}

using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>A search on the GPU of this process that is stopped in the middle of an epoch.</summary>
[Trait("Category", "gpu")]
public sealed class HipResumeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Stopped_in_an_epoch_and_resumed_it_ends_bit_identical()
    {
        var options = SmallSearch.Options with { Epochs = 1 };
        var (train, valid) = SmallSearch.Images();
        var (whole, stopped) = (new CheckpointRing(Path.Combine(folder, "whole"), 1),
            new CheckpointRing(Path.Combine(folder, "stopped"), 1));
        using (var gpu = Gpu.Create()) DartsSearch.Run(train, valid, options, gpu, null, whole);
        using (var cancellation = new CancellationTokenSource())
        using (var gpu = Gpu.Create())
            Assert.Throws<RunInterruptedException>(
                () => DartsSearch.Run(train, valid, options, gpu, new StopAfterOneStep(cancellation), stopped, cancellation.Token));
        Assert.Contains("00000-0000001", stopped.Files[0]);
        using (var gpu = Gpu.Create()) DartsSearch.Run(train, valid, options, gpu, null, stopped);
        using var a = SafetensorsFile.Open(whole.Files[0]);
        using var b = SafetensorsFile.Open(stopped.Files[0]);
        Assert.Equal(a.Names, b.Names);
        foreach (var name in a.Names.Where(n => a[n].Type != SafetensorsType.I64)) Assert.Equal(a.ReadSingle(name), b.ReadSingle(name));
    }

    private sealed class StopAfterOneStep(CancellationTokenSource cancellation) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is StepDone) cancellation.Cancel();
        }
    }
}

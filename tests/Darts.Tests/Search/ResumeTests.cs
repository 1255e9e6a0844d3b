using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Search;

public sealed class ResumeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_ring_that_another_process_writes_leaves_its_folder_as_it_is()
    {
        var path = Path.Combine(folder, "of-another");
        Assert.Empty(CheckpointRing.ToRead(path).Files);
        Assert.False(Directory.Exists(path));
        var halfWritten = Path.Combine(Directory.CreateDirectory(path).FullName, "checkpoint" + WholeFile.Unfinished);
        File.WriteAllText(halfWritten, "");
        Assert.Empty(CheckpointRing.ToRead(path).Files);
        Assert.True(File.Exists(halfWritten));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stopped_after_any_step_and_resumed_a_run_ends_bit_identical(bool unrolled)
    {
        var options = SmallSearch.Options with { Unrolled = unrolled };
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var whole = new CheckpointRing(Path.Combine(folder, "whole"), 1);
        var expected = DartsSearch.Run(train, valid, options, backend, null, whole);
        for (var stop = 1; stop <= 5; stop++)
        {
            var ring = new CheckpointRing(Path.Combine(folder, $"stopped-{stop}"), 2);
            using var cancellation = new CancellationTokenSource();
            var stopper = new StopAfter(stop, cancellation);
            Assert.Throws<RunInterruptedException>(() =>
                DartsSearch.Run(train, valid, options, backend, stopper, ring, cancellation.Token));
            var resumed = DartsSearch.Run(train, valid, options, backend, null, ring);
            Assert.Equal(expected.History.Select(e => (e.TrainLoss, e.ValidLoss, e.Genotype)),
                resumed.History.Select(e => (e.TrainLoss, e.ValidLoss, e.Genotype)));
            AssertSameTensors(whole.Files[0], ring.Files[0]);
        }
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var warnings = new List<string>();
        var ring = new CheckpointRing(folder, 2, warnings.Add);
        var expected = DartsSearch.Run(train, valid, SmallSearch.Options, backend, null, ring);
        var newest = ring.Files[0];
        Assert.Equal(2, ring.Files.Count);
        var bytes = File.ReadAllBytes(newest);
        bytes[^100] ^= 1;
        File.WriteAllBytes(newest, bytes);
        var resumed = DartsSearch.Run(train, valid, SmallSearch.Options, backend, null, ring);
        Assert.Contains(Path.GetFileName(newest), Assert.Single(warnings));
        Assert.Equal(expected.ValidAccuracy, resumed.ValidAccuracy);
    }

    [Fact]
    public void A_ring_of_damaged_checkpoints_is_an_error_that_names_the_folder()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        File.WriteAllText(Path.Combine(folder, "checkpoint-00001-0000000.safetensors"), "not a checkpoint");
        var error = Assert.Throws<CheckpointException>(() =>
            DartsSearch.Run(train, valid, SmallSearch.Options, backend, null, new CheckpointRing(folder, 2)));
        Assert.Contains(folder, error.Message);
    }

    [Fact]
    public void A_checkpoint_of_other_options_is_refused_by_name_and_value()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var ring = new CheckpointRing(folder, 2);
        DartsSearch.Run(train, valid, SmallSearch.Options with { Epochs = 1 }, backend, null, ring);
        var error = Assert.Throws<CheckpointException>(
            () => DartsSearch.Run(train, valid, SmallSearch.Options with { Epochs = 1, Momentum = 0.5 }, backend, null, ring));
        Assert.Contains("momentum", error.Message);
        Assert.Contains("0.9", error.Message);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_leaves_the_earlier_ones()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var ring = new CheckpointRing(folder, 9);
        // A folder in the place of the temporary file stands for every way in which writing can fail.
        Directory.CreateDirectory(Path.Combine(folder, "checkpoint-00001-0000001.safetensors" + WholeFile.Unfinished));
        var error = Assert.Throws<CheckpointException>(() => DartsSearch.Run(train, valid, SmallSearch.Options, backend, null, ring));
        Assert.Contains("checkpoint-00001-0000001", error.Message);
        Assert.Equal(3, ring.Files.Count);
        Directory.Delete(Path.Combine(folder, "checkpoint-00001-0000001.safetensors" + WholeFile.Unfinished));
        Assert.Equal(2, DartsSearch.Run(train, valid, SmallSearch.Options, backend, null, ring).History.Count);
    }

    internal static void AssertSameTensors(string expected, string actual)
    {
        using var a = SafetensorsFile.Open(expected);
        using var b = SafetensorsFile.Open(actual);
        Assert.Equal(a.Names, b.Names);
        foreach (var name in a.Names)
        {
            if (a[name].Type == SafetensorsType.I64) Assert.Equal(a.ReadInt64(name), b.ReadInt64(name));
            else Assert.Equal(a.ReadSingle(name), b.ReadSingle(name));
        }
    }

    internal sealed class StopAfter(int steps, CancellationTokenSource cancellation) : IProgress<RunEvent>
    {
        private int seen;

        public void Report(RunEvent value)
        {
            if (value is StepDone && ++seen == steps) cancellation.Cancel();
        }
    }
}

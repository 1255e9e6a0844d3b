using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Resume from a ring in which something is wrong.</summary>
public sealed class DamagedCheckpointTests : IClassFixture<FinishedSearch>
{
    private readonly FinishedSearch tiny;

    public DamagedCheckpointTests(FinishedSearch tiny)
    {
        this.tiny = tiny;
        tiny.Copy("whole", "run");
        tiny.TakeBack("run");
    }

    [Theory]
    [InlineData("a bit of the data")]
    [InlineData("a bit of the header")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("another file")]
    public void A_damaged_checkpoint_is_passed_over_with_a_warning_and_the_run_ends_the_same(string damage)
    {
        var newest = tiny.Newest("run");
        File.WriteAllBytes(newest, Damaged(File.ReadAllBytes(newest), damage));
        var outcome = Command.Run("search", "--resume", tiny.In("run"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var warning = Assert.Single(outcome.Output.Split('\n'), line => line.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.Contains(newest, warning);
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void A_ring_of_damaged_checkpoints_is_refused_and_left_alone()
    {
        foreach (var file in Directory.GetFiles(tiny.Checkpoints("run"))) File.WriteAllText(file, "damaged");
        var outcome = Command.Run("search", "--resume", tiny.In("run"));
        Assert.Equal(1, outcome.Code);
        Command.AssertOneLine(outcome.Error, tiny.Checkpoints("run"), "no checkpoint can be used");
        Assert.Equal(2, Directory.GetFiles(tiny.Checkpoints("run")).Length);
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_and_the_older_ones_stay()
    {
        Assert.Equal(0, Command.Run(tiny.Args("other", "--seed", "3")).Code);
        var foreign = Path.Combine(tiny.Checkpoints("run"), Path.GetFileName(tiny.Newest("other")));
        File.Copy(tiny.Newest("other"), foreign);
        Command.Refuses(1, ["search", "--resume", tiny.In("run")], foreign, "seed 3, not 2");
        File.Delete(foreign);
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("run")).Code);
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void A_damaged_newest_checkpoint_never_pushes_whole_ones_out_of_a_small_ring()
    {
        var newest = tiny.Newest("run");
        File.WriteAllText(newest, "damaged");
        var (state, options) = State();
        using (state)
        {
            var ring = new CheckpointRing(tiny.Checkpoints("run"), keep: 1);
            var position = Load(ring, state, options)!;
            var (file, _) = ring.Save(position.Epoch, position.Step, SearchCheckpoint.Collect(state, position, options));
            Assert.True(File.Exists(Path.Combine(tiny.Checkpoints("run"), file)));
            Assert.Equal(position.Step, Load(ring, state, options)!.Step);
        }
    }

    [Fact]
    public void No_flipped_bit_of_a_header_goes_unnoticed_or_shows_a_stack_trace()
    {
        var newest = tiny.Newest("run");
        foreach (var older in Directory.GetFiles(tiny.Checkpoints("run")).Where(file => file != newest)) File.Delete(older);
        var whole = File.ReadAllBytes(newest);
        var header = 8 + BitConverter.ToInt32(whole);
        var random = new CounterRandom(1, RandomStream.Weights);
        var (state, options) = State();
        using var _ = state;
        var ring = new CheckpointRing(tiny.Checkpoints("run"), keep: 3);
        for (var i = 0; i < 200; i++)
        {
            var damaged = whole.ToArray();
            damaged[random.NextInt32(header)] ^= (byte)(1 << random.NextInt32(8));
            File.WriteAllBytes(newest, damaged);
            Assert.Throws<CheckpointException>(() => Load(ring, state, options));
        }
    }

    private static LoopPosition<EpochRecord>? Load(CheckpointRing ring, SearchState state, SearchOptions options) =>
        ring.Load(file => SearchCheckpoint.Restore(file, state, options, ring.Warn));

    private (SearchState State, SearchOptions Options) State()
    {
        var options = SearchOptions.Table.Parse(File.ReadAllText(Path.Combine(tiny.In("run"), "config.json")));
        var (train, _) = SearchImages.Split(DataSource.Open(tiny.Data), options);
        return (new SearchState(options, DartsSearch.ShapeOf(train, options), CpuBackend.Create(1)), options);
    }

    private static byte[] Damaged(byte[] bytes, string damage)
    {
        switch (damage)
        {
            case "a bit of the data": bytes[^100] ^= 4; return bytes;
            case "a bit of the header": bytes[300] ^= 1; return bytes;
            case "cut": return bytes[..(bytes.Length / 2)];
            case "empty": return [];
            default: return "PK not a checkpoint"u8.ToArray();
        }
    }
}

using System.Buffers.Binary;
using System.Text;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Tests.Reports;

namespace MIOpenDarts.Darts.Tests.Export;

public sealed class TensorBoardTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_checksum_is_CRC_32C_masked()
    {
        // RFC 3720, appendix B.4: 32 bytes of zeros have the CRC 8a9136aa.
        const uint crc = 0x8a9136aa;
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8), TensorBoardLog.MaskedCrc(new byte[32]));
    }

    [Fact]
    public void The_file_is_frames_of_events_with_scalars()
    {
        var seen = new List<RunEvent>();
        string path;
        using (var log = new TensorBoardLog(folder, 1000, new Seen(seen)))
        {
            path = log.Path;
            log.Report(new StepDone(2, 1, 3, 10, 0.5, 75, 100));
        }

        Assert.Single(seen);
        var frames = Frames(File.ReadAllBytes(path));
        Assert.Equal(2, frames.Count);
        // wall_time = 1 (double 1000), file_version = 3 ("brain.Event:2").
        Assert.Equal([0x09, .. BitConverter.GetBytes(1000.0), 0x1a, 13, .. "brain.Event:2"u8], frames[0]);
        var summary = Encoding.Latin1.GetString(frames[1]);
        Assert.Equal([0x09, .. BitConverter.GetBytes(1002.0), 0x10, 13, 0x2a], frames[1][..12]);
        Assert.Contains("\u000a\u0009step/loss\u0015" + Encoding.Latin1.GetString(BitConverter.GetBytes(0.5f)), summary);
        Assert.Contains("step/accuracy", summary);
    }

    [Fact]
    public void An_epoch_of_a_search_has_the_mean_weight_of_each_operation_and_the_alphas_as_a_histogram()
    {
        var record = SampleRun.Epoch(0, 1);
        string path;
        using (var log = new TensorBoardLog(folder, 1000, new Seen([])))
        {
            path = log.Path;
            log.Report(SampleRun.Start(1));
            log.Report(new EpochDone(2, record));
        }

        var texts = Frames(File.ReadAllBytes(path)).ConvertAll(Encoding.Latin1.GetString);
        for (var k = 0; k < SampleCells.Operations.Length; k++)
        {
            var weight = (float)record.Reduce!.Weights.Average(row => row[k]);
            Assert.Single(texts, text =>
                text.Contains($"weight_reduce/{SampleCells.Operations[k]}\u0015" + Encoding.Latin1.GetString(BitConverter.GetBytes(weight)),
                StringComparison.Ordinal));
        }

        Assert.Single(texts, text => text.Contains("alphas/normal", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_repeats_steps_after_a_kill_has_every_event_once()
    {
        Report(1000, new StepDone(1, 0, 8, 10, 0.5, 75, 100), new StepDone(2, 0, 10, 10, 0.4, 76, 100),
            new EpochDone(3, SampleRun.Epoch(0, 2)), new StepDone(4, 1, 2, 10, 0.3, 77, 100));
        // The kill tore the last event.
        var first = Directory.GetFiles(folder).Single();
        var whole = File.ReadAllBytes(first);
        File.WriteAllBytes(first, [.. whole, .. whole[..20]]);
        // The resume goes on from a checkpoint after step 8, with another interval of reports.
        Report(2000, new StepDone(5, 0, 9, 10, 0.5, 75, 90), new StepDone(6, 0, 10, 10, 0.4, 76, 90),
            new EpochDone(7, SampleRun.Epoch(0, 2)), new StepDone(8, 1, 2, 10, 0.3, 77, 90), new StepDone(9, 1, 4, 10, 0.2, 78, 90),
            new EpochDone(10, SampleRun.Epoch(1, 2)));
        File.WriteAllBytes(first, whole);
        var events = Directory.GetFiles(folder).Order().SelectMany(file => Frames(File.ReadAllBytes(file))).Where(frame => frame[9] == 0x10)
            .ToList();
        byte[] StepsOf(string tag) =>
            [.. events.Where(frame => Encoding.Latin1.GetString(frame).Contains(tag, StringComparison.Ordinal)).Select(frame => frame[10])];
        Assert.Equal([8, 10, 12, 14], StepsOf("step/loss"));
        Assert.Equal([0, 1], StepsOf("valid/loss"));
        Assert.Equal([0, 1], StepsOf("alphas/reduce"));
        Assert.Equal([0, 1], StepsOf("weight_normal/" + SampleCells.Operations[0]));
    }

    private void Report(double time, params RunEvent[] events)
    {
        using var log = new TensorBoardLog(folder, time, new Seen([]));
        log.Report(SampleRun.Start(2));
        foreach (var value in events) log.Report(value);
    }

    [Fact]
    public void A_histogram_counts_every_number_once()
    {
        var bytes = TensorBoardHistogram.Of([0, 0.1, 30, double.NaN, 30]).Bytes;
        double[] head = [0, 30, 4, 60.1, 1800.01];
        for (var field = 0; field < head.Length; field++)
        {
            Assert.Equal((field + 1) << 3 | 1, bytes[9 * field]);
            Assert.Equal(head[field], BinaryPrimitives.ReadDoubleLittleEndian(bytes[(9 * field + 1)..]), 9);
        }

        // Two packed fields of 30 doubles, each behind a tag and a length of two bytes.
        var limits = bytes[(45 + 3)..];
        var counts = bytes[(45 + 3 + 240 + 3)..];
        Assert.Equal((6 << 3 | 2, 7 << 3 | 2, 45 + 2 * 243), (bytes[45], bytes[45 + 243], bytes.Length));
        Assert.Equal((1, 30), (BinaryPrimitives.ReadDoubleLittleEndian(limits), BinaryPrimitives.ReadDoubleLittleEndian(limits[232..])));
        Assert.Equal((2, 2), (BinaryPrimitives.ReadDoubleLittleEndian(counts), BinaryPrimitives.ReadDoubleLittleEndian(counts[232..])));
    }

    private static List<byte[]> Frames(byte[] file)
    {
        var frames = new List<byte[]>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(TensorBoardLog.MaskedCrc(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            frames.Add(file[(at + 12)..(at + 12 + length)]);
            Assert.Equal(TensorBoardLog.MaskedCrc(frames[^1]), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            at += 16 + length;
        }

        return frames;
    }

    private sealed class Seen(List<RunEvent> seen) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => seen.Add(value);
    }
}

using System.Buffers.Binary;
using System.Numerics;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Export;

/// <summary>
/// Writes what a run reports as an event file of TensorBoard: TFRecord frames (length, masked CRC-32C, data, masked CRC-32C) around
/// messages <c>Event</c> with scalar summaries by step or epoch, and for a search the mean mixing weight of each operation and the alphas
/// as histograms.
/// </summary>
internal sealed class TensorBoardLog : IProgress<RunEvent>, IDisposable
{
    private const uint MaskDelta = 0xa282ead8;
    private readonly FileStream stream;
    private readonly IProgress<RunEvent> next;
    private readonly TensorBoardMarks written;
    private IReadOnlyList<string> operations = [];
    private double started;

    /// <summary>
    /// Begins a file in a folder; a resumed run has a further one, which TensorBoard reads together with the first. What these have already
    /// is not written again.
    /// </summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="time">Wall clock, in seconds since 1970, which also names the file.</param>
    /// <param name="next">Sees every event afterwards.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public TensorBoardLog(string folder, double time, IProgress<RunEvent> next)
    {
        this.next = next;
        started = time;
        Directory.CreateDirectory(folder);
        written = TensorBoardMarks.From(folder);
        Path = System.IO.Path.Combine(folder, $"events.out.tfevents.{(long)time}.miopendarts");
        stream = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read);
        Write(new ProtoWriter().Add(1, time).Add(3, "brain.Event:2"));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Report(RunEvent value)
    {
        switch (value)
        {
            case RunStarted start:
                started = start.Time.ToUnixTimeMilliseconds() / 1000.0 - start.Seconds;
                operations = start.Primitives;
                break;
            case StepDone step:
                Scalars(
                    step, (long)step.Epoch * step.Steps + step.Step, ("step/loss", step.TrainLoss), ("step/accuracy", step.TrainAccuracy),
                    ("step/images_per_second", step.ImagesPerSecond));
                break;
            case TrainEpochDone { Record: var e }:
                Scalars(
                    value, e.Epoch, ("train/loss", e.TrainLoss), ("train/accuracy", e.TrainAccuracy), ("test/loss", e.Test.Loss), (
                        "test/accuracy", e.Test.Top1),
                    ("test/top5", e.Test.Top5), ("learning_rate", e.LearningRate));
                break;
            case EpochDone { Record: var e }:
                Scalars(
                    value, e.Epoch, ("train/loss", e.TrainLoss), ("train/accuracy", e.TrainAccuracy), ("valid/loss", e.ValidLoss), (
                        "valid/accuracy", e.ValidAccuracy),
                    ("learning_rate", e.LearningRate));
                foreach (var (kind, alphas) in e.Genotype.Kinds.Zip(e.Kinds)) Architecture(value, e.Epoch, kind.Name, alphas);
                break;
        }

        next.Report(value);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>CRC-32C of some bytes, masked as TFRecord asks for.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return BitOperations.RotateRight(crc, 15) + MaskDelta;
    }

    private void Architecture(RunEvent at, long epoch, string cell, AlphaRecord record)
    {
        for (var k = 0; k < operations.Count; k++)
            Scalars(at, epoch, ($"weight_{cell}/{operations[k]}", record.Weights.Average(row => row[k])));
        var histogram = TensorBoardHistogram.Of(record.Alphas.SelectMany(row => row));
        Summary(at, epoch, $"alphas/{cell}", new ProtoWriter().Add(1, new ProtoWriter().Add(1, $"alphas/{cell}").Add(5, histogram)));
    }

    private void Scalars(RunEvent at, long step, params ReadOnlySpan<(string Tag, double Value)> values)
    {
        var summary = new ProtoWriter();
        foreach (var (tag, value) in values) summary.Add(1, new ProtoWriter().Add(1, tag).Add(2, (float)value));
        Summary(at, step, values[0].Tag, summary);
    }

    private void Summary(RunEvent at, long step, string firstTag, ProtoWriter summary)
    {
        if (!written.Has(firstTag, step)) Write(new ProtoWriter().Add(1, started + at.Seconds).Add(2, step).Add(5, summary));
    }

    private void Write(ProtoWriter message)
    {
        var data = message.Bytes;
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(header, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], MaskedCrc(header[..8]));
        stream.Write(header);
        stream.Write(data);
        Span<byte> footer = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, MaskedCrc(data));
        stream.Write(footer);
        stream.Flush();
    }
}

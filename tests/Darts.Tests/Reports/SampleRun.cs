using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Reports;

/// <summary>The events of a made-up search whose alphas drift apart as those of a real one do.</summary>
internal static class SampleRun
{
    public static RunStarted Start(int epochs, string dataset = "Fashion-MNIST (4,000 images)") => new(
        0, new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.Zero), dataset, SampleCells.Operations, epochs, 0,
        new RunEnvironment
        {
            Processor = "Example CPU 9000",
            SimdBits = 512,
            Threads = 2,
            Backend = "cpu",
            DotNet = "10.0.0",
            OperatingSystem = "Linux 6.1",
            Program = "0.1.0",
        },
        [new("epochs", epochs.ToString()), new("batch", "64"), new("alpha betas", "0.5, 0.999")]);

    public static List<RunEvent> Events(int epochs)
    {
        var events = new List<RunEvent> { Start(epochs) };
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            events.Add(new StepDone(20.0 * epoch + 10, epoch, 50, 100, 1.5, 44.5, 810));
            events.Add(new EpochDone(20.0 * epoch + 20, Epoch(epoch, epochs)));
            events.Add(new CheckpointWritten(20.0 * epoch + 20, epoch + 1, 0, $"checkpoint-{epoch % 2}.safetensors", 12_345_678));
        }

        events.Add(new RunEnded(20.0 * epochs, RunOutcome.Done));
        return events;
    }

    public static EpochRecord Epoch(int epoch, int epochs)
    {
        var noise = new CounterRandom(7, RandomStream.Augmentation, epoch);
        var progress = (epoch + 1.0) / epochs;
        var (normal, reduce) = (Alphas(1, progress), Alphas(2, progress));
        return new EpochRecord
        {
            Epoch = epoch,
            LearningRate = 0.001 + 0.024 * (1 + Math.Cos(Math.PI * epoch / epochs)) / 2,
            TrainLoss = 0.25 + 1.6 * Math.Exp(-3 * progress) + 0.04 * noise.NextDouble(),
            TrainAccuracy = 93 - 50 * Math.Exp(-3 * progress) + noise.NextDouble(),
            ValidLoss = 0.42 + 1.5 * Math.Exp(-2.6 * progress) + 0.12 * noise.NextDouble(),
            ValidAccuracy = 86 - 48 * Math.Exp(-2.8 * progress) + 2 * noise.NextDouble(),
            Normal = normal,
            Reduce = reduce,
            Genotype = GenotypeDerivation.Derive<double>(Flat(normal), Flat(reduce)),
            Seconds = 20,
            ImagesPerSecond = 812 + 5 * noise.NextDouble(),
            PeakMemoryBytes = 1_300_000_000,
        };
    }

    private static AlphaRecord Alphas(ulong seed, double progress)
    {
        var random = new CounterRandom(seed, RandomStream.Alphas);
        var alphas = new double[14][];
        for (var edge = 0; edge < alphas.Length; edge++)
        {
            alphas[edge] = new double[8];
            for (var operation = 0; operation < 8; operation++)
                alphas[edge][operation] = 2 * progress * (random.NextDouble() - 0.5)
                    + 0.6 * Math.Sin(5 * progress + 9 * random.NextDouble()) * progress;
        }

        return new AlphaRecord(alphas, [.. alphas.Select(Softmax)]);
    }

    private static double[] Flat(AlphaRecord record) => [.. record.Weights.SelectMany(row => row)];

    private static double[] Softmax(double[] row)
    {
        var total = row.Sum(Math.Exp);
        return [.. row.Select(alpha => Math.Exp(alpha) / total)];
    }
}

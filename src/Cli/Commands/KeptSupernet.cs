using System.Diagnostics;
using System.Globalization;
using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A supernet that judges genotypes, kept in a folder after every epoch of its training.</summary>
/// <param name="folder">Where it is kept.</param>
/// <param name="options">How it is trained.</param>
/// <param name="shape">How large it is.</param>
/// <param name="data">The images.</param>
/// <param name="name">What it is called, there and on the screen.</param>
internal sealed class KeptSupernet(
    string folder, SearchOptions options, SupernetShape shape, DataFingerprint data, string name = "supernet")
{
    // Names the supernet in the metadata of its weights.
    private const string Key = "supernet";
    private const string CellsPerStage = "cells_per_stage";

    /// <summary>Options of a search that it reads; where the data lies and what computes is none of them.</summary>
    public static readonly IReadOnlyList<string> Deciding =
    [
        "image_size", "train_portion", "space", "nodes", "multiplier", "stem_multiplier", "layers", CellsPerStage, "init_channels", "seed",
        "epochs", "batch_size", "learning_rate", "learning_rate_min", "momentum", "nesterov", "weight_decay", "grad_clip", "augment",
        "cutout", "cutout_length",
    ];

    private readonly string file = Path.Combine(folder, $"{name}.safetensors");
    private int done;

    /// <summary>Everything that decides over the weights; what evolution or its limit is told is none of it.</summary>
    public string Identity { get; } = string.Join(", ", SearchOptions.Table.All
        .Where(field => Deciding.Contains(field.Name) && (field.Name != CellsPerStage || options.CellsPerStage > 0))
        .Select(field => $"{field.Name} {field.Show(options)}").Append($"{data}"));

    /// <summary>Whether the folder has all of its epochs.</summary>
    /// <exception cref="OptionsException">The folder has another supernet.</exception>
    public bool IsDone()
    {
        if (!File.Exists(file)) return false;
        using var kept = Read();
        return PathTraining.IsDone(kept, options);
    }

    /// <summary>
    /// Trains the epochs that the folder does not have, one supernet at a time with all threads; several processes take one each, and wait
    /// for what others train.
    /// </summary>
    /// <param name="screen">Where lines go.</param>
    /// <param name="supernets">Supernets, and the images that train them.</param>
    /// <param name="job">Number of this work among that of all processes of this machine, which take GPUs in turn.</param>
    /// <param name="signals">What stops it.</param>
    /// <exception cref="OptionsException">The folder has another supernet.</exception>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    public static void Complete(
        Screen screen, IEnumerable<(KeptSupernet Supernet, SearchImages Train)> supernets, int job, StopSignals signals)
    {
        var open = supernets.Where(each => !each.Supernet.IsDone()).ToList();
        if (open.Count == 0) return;
        KeptSupernet? underWay = null;
        try
        {
            // Whether it is done is asked under its lock: that opens the file.
            SharedWork.ToEnd(
                open, 1, _ => false, each => each.Supernet.file + ".lock",
                each =>
                {
                    if (each.Supernet.IsDone()) return;
                    underWay = each.Supernet;
                    underWay.Train(screen, each.Train, job, signals.Token);
                    underWay = null;
                },
                signals.Token);
        }
        catch (AggregateException e)
        {
            if (e.InnerExceptions[0] is not OperationCanceledException stopped) throw Failures.Unwrapped(e);
            throw signals.Stopped(underWay is null ? open[0].Supernet.GoesOn : underWay.GoesOnAfter, stopped);
        }
    }

    private string GoesOn => $"stopped; the same command with --out {folder} goes on";

    private string GoesOnAfter => $"{GoesOn} after epoch {done} of the {name}";

    private void Train(Screen screen, SearchImages train, int job, CancellationToken cancellation)
    {
        var threads = Backends.Threads(options.Threads, screen.Output.WriteLine);
        using var backend = Backends.Create(BackendChoice.InTurn(options.Backend, job), threads, options.Deterministic);
        using var supernet = new PathSupernet(options, shape, backend);
        var training = new PathTraining(supernet, options);
        if (File.Exists(file))
        {
            using var before = Read();
            training.Load(before);
        }

        var (begun, start) = (training.Done, Stopwatch.GetTimestamp());
        done = begun;
        training.ToEnd(train.Encoder, train.Indices, Keep, cancellation);

        void Keep(int epoch, double loss, double accuracy)
        {
            var writer = new SafetensorsWriter();
            writer.AddMetadata(Key, Identity);
            training.Save(writer);
            CheckpointFile.Write(file, writer);
            done = epoch + 1;
            var left = Stopwatch.GetElapsedTime(start).TotalSeconds / (done - begun) * (options.Epochs - done);
            screen.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} epoch {done}: loss {loss:F3}, accuracy {accuracy:F2} %, {Units.Time(left)} left"));
        }
    }

    /// <summary>A copy for one of some evaluations at a time, with its share of the threads, GPUs in turn.</summary>
    /// <param name="job">Number of the copy.</param>
    /// <param name="jobs">Copies.</param>
    /// <param name="open">Takes what is to be disposed of, in this order from its end.</param>
    public PathSupernet Open(int job, int jobs, List<IDisposable> open)
    {
        var backend = Backends.CreateShare(options, job, jobs);
        open.Add(backend);
        var supernet = new PathSupernet(options, shape, backend);
        open.Add(supernet);
        using var weights = Read();
        supernet.Load(weights);
        return supernet;
    }

    private SafetensorsFile Read()
    {
        var weights = CheckpointFile.Open(file);
        if (weights.Metadata.TryGetValue(Key, out var written) && written == Identity) return weights;
        weights.Dispose();
        throw new OptionsException($"{file}: is of another supernet ({written}); give another --out, or what it was begun with");
    }
}

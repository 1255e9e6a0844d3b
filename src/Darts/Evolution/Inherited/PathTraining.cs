using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evolution.Inherited;

/// <summary>
/// Trains a supernet on genotypes drawn uniformly, one a step (Guo et al., "Single path one-shot neural architecture search with uniform
/// sampling", ECCV 2020). All draws follow from seed, epoch and step, so that a training that is kept after an epoch goes on from there
/// with the same bits.
/// </summary>
internal sealed class PathTraining
{
    private const string Epochs = "epochs";
    private const string Momentum = "momentum";
    private readonly PathSupernet supernet;
    private readonly SearchOptions options;
    private readonly Sgd<float> sgd;

    /// <summary>A training that has not begun.</summary>
    public PathTraining(PathSupernet supernet, SearchOptions options)
    {
        (this.supernet, this.options) = (supernet, options);
        sgd = new Sgd<float>(supernet.Backend, supernet.Parameters, options.Momentum, options.WeightDecay, options.Nesterov);
    }

    /// <summary>Epochs that are done.</summary>
    public int Done { get; private set; }

    /// <summary>Whether a file has the weights of all epochs.</summary>
    public static bool IsDone(SafetensorsFile file, SearchOptions options) => file.ReadInt64(Epochs)[0] == options.Epochs;

    /// <summary>Trains the epochs that are not done.</summary>
    /// <param name="encoder">Set and normalisation.</param>
    /// <param name="images">Numbers of the images to learn from.</param>
    /// <param name="progress">Takes epoch, loss and accuracy in percent after each.</param>
    /// <param name="cancellation">Stops it; the epoch under way is begun anew.</param>
    /// <exception cref="RunDivergedException">The loss became infinite or no number.</exception>
    public void ToEnd(ImageEncoder encoder, int[] images, Action<int, double, double> progress, CancellationToken cancellation)
    {
        if (Done == 0)
        {
            supernet.Initialize(options.Seed);
            supernet.Backend.Fill(sgd.MomentumBuffer, 0);
        }

        var rates = new CosineSchedule(options.LearningRate, options.LearningRateMin, options.Epochs);
        var augmentation = new Augmentation(options.Augment ? 4 : 0, options.Augment, options.Cutout ? options.CutoutLength : 0);
        using var batches = new BatchPipeline(encoder, options.BatchSize, options.DataWorkers);
        for (var epoch = Done; epoch < options.Epochs; epoch++)
        {
            batches.Start(BatchSchedule.Training(images, options.BatchSize, augmentation, options.Seed, epoch));
            var (loss, correct, seen) = (0.0, 0L, 0L);
            for (var step = 0; batches.TryRead(out var batch); step++)
            {
                cancellation.ThrowIfCancellationRequested();
                var random = new CounterRandom(options.Seed, RandomStream.Architecture, epoch, step);
                var result = supernet.Evaluate(
                    supernet.Space.Random(ref random), new ImageBatch<float>(batch.Pixels, batch.Labels),
                    new Pass(Training: true, WeightGradients: true, options.Seed, epoch, step));
                sgd.Clip(options.GradClip);
                sgd.Step(rates.Rate(epoch));
                (loss, correct, seen) = (loss + result.Loss * result.Images, correct + result.Correct, seen + result.Images);
            }

            if (!double.IsFinite(loss))
                throw new RunDivergedException($"The loss of the supernet in epoch {epoch} is {loss}; a lower learning_rate helps.");
            Done = epoch + 1;
            progress(epoch, loss / seen, 100.0 * correct / seen);
        }
    }

    /// <summary>Adds weights, momentum and the number of epochs to a file.</summary>
    public void Save(SafetensorsWriter writer)
    {
        supernet.Save(writer);
        var momentum = new float[supernet.Parameters.Count];
        supernet.Backend.Download<float>(sgd.MomentumBuffer, momentum);
        writer.Add(Momentum, momentum, momentum.Length);
        writer.Add(Epochs, [(long)Done], []);
    }

    /// <summary>Goes on from what was saved.</summary>
    public void Load(SafetensorsFile file)
    {
        supernet.Load(file);
        supernet.Backend.Upload<float>(file.ReadSingle(Momentum), sgd.MomentumBuffer);
        Done = (int)file.ReadInt64(Epochs)[0];
    }
}

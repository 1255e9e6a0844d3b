using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Evolution.Inherited;

/// <summary>
/// A supernet that computes one genotype at a time: trained on genotypes drawn uniformly, one a step (Guo et al., "Single path one-shot
/// neural architecture search with uniform sampling", ECCV 2020), it says how good another is by the weights that it inherits.
/// </summary>
internal sealed class PathSupernet : IDisposable
{
    private readonly SearchOptions options;
    private readonly Supernet<float> net;
    private readonly ChosenPaths<float>[] paths;
    private readonly GenotypeSpace space;

    /// <summary>Builds and plans it.</summary>
    public PathSupernet(SearchOptions options, SupernetShape shape, Backend<float> backend)
    {
        this.options = options;
        var candidates = CellSpace.Named(options.Space).Operations;
        paths = [.. Enumerable.Range(0, 2).Select(_ => new ChosenPaths<float>(shape.Topology, candidates))];
        net = new Supernet<float>(backend, shape, space: new SearchSpace(candidates), relax: kind => paths[kind]);
        space = new GenotypeSpace(CellSpace.Named(options.Space) with { Topology = shape.Topology });
        net.Plan(options.BatchSize);
    }

    /// <summary>Trains the weights for the options' epochs.</summary>
    /// <param name="encoder">Set and normalisation.</param>
    /// <param name="images">Numbers of the images to learn from.</param>
    /// <param name="progress">Takes epoch, loss and accuracy in percent after each.</param>
    /// <param name="cancellation">Stops it; a training that was stopped is begun anew.</param>
    /// <exception cref="RunDivergedException">The loss became infinite or no number.</exception>
    public void Train(ImageEncoder encoder, int[] images, Action<int, double, double> progress, CancellationToken cancellation)
    {
        net.Initialize(options.Seed);
        var sgd = new Sgd<float>(net.Backend, net.Parameters, options.Momentum, options.WeightDecay, options.Nesterov);
        net.Backend.Fill(sgd.MomentumBuffer, 0);
        var rates = new CosineSchedule(options.LearningRate, options.LearningRateMin, options.Epochs);
        var augmentation = new Augmentation(options.Augment ? 4 : 0, options.Augment, options.Cutout ? options.CutoutLength : 0);
        using var batches = new BatchPipeline(encoder, options.BatchSize, options.DataWorkers);
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            batches.Start(BatchSchedule.Training(images, options.BatchSize, augmentation, options.Seed, epoch));
            var (loss, correct, seen) = (0.0, 0L, 0L);
            for (var step = 0; batches.TryRead(out var batch); step++)
            {
                cancellation.ThrowIfCancellationRequested();
                var random = new CounterRandom(options.Seed, RandomStream.Architecture, epoch, step);
                Choose(space.Random(ref random));
                var result = net.Evaluate(
                    new ImageBatch<float>(batch.Pixels, batch.Labels),
                    new Pass(Training: true, WeightGradients: true, options.Seed, epoch, step));
                sgd.Clip(options.GradClip);
                sgd.Step(rates.Rate(epoch));
                (loss, correct, seen) = (loss + result.Loss * result.Images, correct + result.Correct, seen + result.Images);
            }

            if (!double.IsFinite(loss))
                throw new RunDivergedException($"The loss of the supernet in epoch {epoch} is {loss}; a lower learning_rate helps.");
            progress(epoch, loss / seen, 100.0 * correct / seen);
        }
    }

    /// <summary>
    /// Accuracy of a genotype in percent, over whole batches and with their statistics: the running ones are those of all genotypes mixed.
    /// </summary>
    public double Accuracy(Genotype genotype, ImageEncoder encoder, int[] images, CancellationToken cancellation)
    {
        Choose(genotype);
        using var batches = new BatchPipeline(encoder, options.BatchSize, workers: 0);
        batches.Start(BatchSchedule.InOrder(images[..(images.Length / options.BatchSize * options.BatchSize)], options.BatchSize));
        var (correct, seen) = (0L, 0L);
        while (batches.TryRead(out var batch))
        {
            cancellation.ThrowIfCancellationRequested();
            net.LoadBatch(batch.Pixels, batch.Labels);
            var result = net.Forward(new Pass(Training: true, WeightGradients: false));
            (correct, seen) = (correct + result.Correct, seen + result.Images);
        }

        return 100.0 * correct / seen;
    }

    /// <summary>Adds the weights to a file.</summary>
    public void Save(SafetensorsWriter writer) => StateDict.Save(net.Parameters, net.Backend, writer);

    /// <summary>Reads them.</summary>
    public void Load(SafetensorsFile file) => StateDict.Load(net.Parameters, net.Backend, file);

    /// <inheritdoc/>
    public void Dispose() => net.Dispose();

    private void Choose(Genotype genotype)
    {
        paths[0].Choose(genotype.Normal);
        paths[1].Choose(genotype.Reduce);
    }
}

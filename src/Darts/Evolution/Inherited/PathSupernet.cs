using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Evolution.Inherited;

/// <summary>
/// A supernet that computes one genotype at a time: trained on some (<see cref="PathTraining"/>), it says how good another is by the
/// weights that it inherits.
/// </summary>
internal sealed class PathSupernet : IDisposable
{
    private readonly SearchOptions options;
    private readonly ISupernet<float> net;
    private readonly ChosenPaths<float>[] paths;

    /// <summary>Builds and plans it.</summary>
    /// <param name="options">Checked options of a search.</param>
    /// <param name="shape">The supernet that they describe.</param>
    /// <param name="backend">Where it computes.</param>
    public PathSupernet(SearchOptions options, SupernetShape shape, Backend<float> backend)
    {
        this.options = options;
        var cells = CellSpace.Named(options.Space);
        var space = new SearchSpace(cells.TakesNone ? cells.Candidates : cells.Operations) { Cells = cells };
        paths = [.. cells.Kinds.Select(_ => new ChosenPaths<float>(options.Topology, space.Candidates))];
        net = SearchSupernet.Build(options, shape, backend, space, kind => paths[kind]);
        Space = GenotypeSpace.Of(cells with { Topology = options.Topology });
        net.Plan(options.BatchSize);
    }

    /// <summary>The genotypes that it computes.</summary>
    public IGenomeSpace<Genotype> Space { get; }

    /// <summary>Where it computes.</summary>
    public Backend<float> Backend => net.Backend;

    /// <summary>Its weights.</summary>
    public ParameterSet<float> Parameters => net.Parameters;

    /// <summary>
    /// The need of some that evaluate genotypes side by side, of which the first was trained, found with memory that is only counted; null
    /// on a device.
    /// </summary>
    /// <exception cref="PlanDoesNotFitException">It has more parameters than a network may have.</exception>
    public static MemoryNeed? Need(SearchOptions options, SupernetShape shape, Backend<float> backend, int jobs)
    {
        var tally = new MemoryTally();
        using var counting = backend.Counting(tally);
        if (counting is null) return null;
        using var supernet = new PathSupernet(options, shape, counting);
        _ = new PathTraining(supernet, options);
        var (activations, image) = (supernet.net.ActivationBytes, (long)shape.ImageChannels * shape.Height * shape.Width);
        return MemoryNeed.OfRun(options, activations, tally.Bytes - activations, supernet.Parameters, image).Times(jobs);
    }

    /// <summary>Fresh weights.</summary>
    public void Initialize(ulong seed) => net.Initialize(seed);

    /// <summary>Loss of a genotype, and its gradient in the weights.</summary>
    public BatchResult Evaluate(Genotype genotype, ImageBatch<float> batch, in Pass pass)
    {
        Choose(genotype);
        return net.Evaluate(batch, pass);
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
            net.LoadBatch(new(batch.Pixels, batch.Labels));
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
        for (var kind = 0; kind < paths.Length; kind++) paths[kind].Choose(genotype.Cells[kind]);
    }
}

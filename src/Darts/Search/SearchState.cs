using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Search;

/// <summary>Supernet, optimisers and architect of one search, and one step of it.</summary>
public sealed class SearchState : IDisposable
{
    private readonly SearchOptions options;
    private readonly float[] zeros;

    /// <summary>Builds and plans everything on <paramref name="backend"/>; the weights are not drawn yet.</summary>
    public SearchState(SearchOptions options, SupernetShape shape, Backend<float> backend)
    {
        this.options = options;
        Net = new Supernet<float>(backend, shape, dropPath: options.DropPath > 0);
        Sgd = new Sgd<float>(backend, Net.Parameters, options.Momentum, options.WeightDecay);
        Architect = new Architect<float>(Net, Sgd, [NewAdam(Net.Normal), NewAdam(Net.Reduce)], options.Unrolled);
        zeros = new float[Net.Parameters.Count];
        Net.Plan(options.BatchSize);
    }

    /// <summary>The network.</summary>
    public Supernet<float> Net { get; }

    /// <summary>Optimiser of the weights.</summary>
    public Sgd<float> Sgd { get; }

    /// <summary>Optimiser of the alphas.</summary>
    public Architect<float> Architect { get; }

    /// <summary>The genotype that the alphas say now.</summary>
    public Genotype Genotype
    {
        get
        {
            var normal = new float[Net.Normal.Alphas.Length];
            var reduce = new float[Net.Reduce.Alphas.Length];
            Net.Normal.Softmax(Net.Normal.Alphas, normal);
            Net.Reduce.Softmax(Net.Reduce.Alphas, reduce);
            return GenotypeDerivation.Derive<float>(normal, reduce, options.Multiplier);
        }
    }

    /// <summary>Draws weights and alphas and clears the optimisers.</summary>
    public void Initialize()
    {
        Net.Initialize(options.Seed);
        Net.Backend.Upload<float>(zeros, Sgd.MomentumBuffer);
        foreach (var adam in Architect.Adams)
        {
            adam.Steps = 0;
            Array.Clear(adam.Mean);
            Array.Clear(adam.MeanSquare);
        }
    }

    /// <summary>One bilevel step: the alphas on the validation batch, then the weights on the training batch.</summary>
    public BatchResult Step(ImageBatch<float> train, ImageBatch<float> valid, double rate, int epoch, int step)
    {
        // Two passes a step draw drop-path masks, so the step number is doubled.
        var pass = new Pass(Training: true, WeightGradients: true, options.Seed, epoch, 2 * step);
        Architect.Step(train, valid, rate, pass);
        pass = pass with { Step = 2 * step + 1 };
        var result = Net.Evaluate(train, pass);
        Sgd.Clip(options.GradClip);
        Sgd.Step(rate);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => Net.Dispose();

    private Adam<float> NewAdam(ArchitectureParameters<float> alphas) =>
        new(alphas.Alphas.Length, options.AlphaLearningRate, options.AlphaBeta1, options.AlphaBeta2, options.AlphaWeightDecay);
}

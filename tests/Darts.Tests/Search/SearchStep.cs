using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>What a search knows between two steps, in numbers that single precision holds exactly.</summary>
internal sealed record StepState(float[] Weights, float[] Statistics, float[] Momentum, float[][] Alphas, float[][] Means,
    float[][] MeanSquares, int Steps)
{
    /// <summary>The same with every weight changed by some part of a unit in its last place.</summary>
    public StepState Perturbed(Func<double> draw) => this with { Weights = [.. Weights.Select(w => (float)(w * (1 + draw())))] };
}

/// <summary>Images and labels for both halves of a step.</summary>
internal sealed record StepData(float[] TrainImages, int[] TrainLabels, float[] ValidImages, int[] ValidLabels);

/// <summary>Search steps of one supernet on any backend, each from a given state.</summary>
internal sealed class SearchStep<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly Supernet<T> net;
    private readonly Sgd<T> sgd;
    private readonly Architect<T> architect;

    public SearchStep(Backend<T> backend, SupernetShape shape, int batch, bool unrolled)
    {
        this.backend = backend;
        net = new Supernet<T>(backend, shape);
        net.Plan(batch);
        net.Initialize(1);
        sgd = new Sgd<T>(backend, net.Parameters, 0.9, 3e-4);
        architect = new Architect<T>(net, sgd, [.. net.Alphas.Select(a => new Adam<T>(a.Length, 3e-4, 0.5, 0.999, 1e-3))], unrolled);
    }

    public StepState State
    {
        get => new(
            Single(net.Parameters.Values), Single(net.Parameters.Buffers), Single(sgd.MomentumBuffer), [.. net.Alphas.Select(Single)],
            [.. architect.Adams.Select(a => Single(a.Mean))], [.. architect.Adams.Select(a => Single(a.MeanSquare))],
            architect.Adams[0].Steps);
        set
        {
            backend.Upload<T>(Wide(value.Weights), net.Parameters.Values);
            backend.Upload<T>(Wide(value.Statistics), net.Parameters.Buffers);
            backend.Upload<T>(Wide(value.Momentum), sgd.MomentumBuffer);
            for (var i = 0; i < net.Alphas.Count; i++)
            {
                Wide(value.Alphas[i]).CopyTo(net.Alphas[i], 0);
                Wide(value.Means[i]).CopyTo(architect.Adams[i].Mean, 0);
                Wide(value.MeanSquares[i]).CopyTo(architect.Adams[i].MeanSquare, 0);
                architect.Adams[i].Steps = value.Steps;
            }
        }
    }

    /// <summary>
    /// How far the rounding of one gradient moves the last gradient of the alphas. Second order adds η/2R times the difference of two
    /// gradients, R = 0.01/‖v‖, which round independently of each other and of the first.
    /// </summary>
    /// <param name="rate">η.</param>
    public double Magnified(double rate)
    {
        var difference = architect.Unrolled ? rate * architect.VectorNorm / (2 * architect.PerturbationScale) : 0;
        return Math.Sqrt(1 + 2 * difference * difference);
    }

    /// <summary>One step of alphas and weights, and everything that it computes, by name.</summary>
    public Dictionary<string, double[]> Take(StepData data, double rate)
    {
        var pass = new Pass(Training: true);
        var train = new ImageBatch<T>(Wide(data.TrainImages), data.TrainLabels);
        var valid = new ImageBatch<T>(Wide(data.ValidImages), data.ValidLabels);
        architect.Step(train, valid, rate, pass);
        var outcome = new Dictionary<string, double[]>();
        for (var i = 0; i < net.Alphas.Count; i++)
        {
            outcome[$"gradient of alphas {i}"] = Double(net.AlphaDiffs[i]);
            outcome[$"alphas {i}"] = Double(net.Alphas[i]);
        }

        var loss = net.Evaluate(train, pass).Loss;
        outcome["logits"] = Double(Values(net.Logits));
        outcome["losses"] = [.. architect.Losses, loss];
        foreach (var p in net.Parameters.Parameters) outcome["gradient of " + p.Name] = Double(Values(p.Diff!));
        outcome["gradient norm"] = [sgd.Clip(5)];
        sgd.Step(rate);
        outcome["weights"] = Double(Values(net.Parameters.Values));
        outcome["momentum"] = Double(Values(sgd.MomentumBuffer));
        outcome["statistics"] = Double(Values(net.Parameters.Buffers));
        return outcome;
    }

    public void Dispose() => net.Dispose();

    private T[] Values(Tensor<T> tensor)
    {
        var values = new T[tensor.Shape.Count];
        backend.Download<T>(tensor, values);
        return values;
    }

    private float[] Single(Tensor<T> tensor) => Single(Values(tensor));

    private static float[] Single(T[] values) => Array.ConvertAll(values, v => float.CreateChecked(v));

    private static double[] Double(T[] values) => Array.ConvertAll(values, v => double.CreateChecked(v));

    private static T[] Wide(float[] values) => Array.ConvertAll(values, v => T.CreateChecked(v));
}

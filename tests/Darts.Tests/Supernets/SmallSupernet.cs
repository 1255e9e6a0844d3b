using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>A supernet on random images and labels, with alphas far enough from equal that every operation counts differently.</summary>
internal sealed class SmallSupernet<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] images;
    private readonly int[] labels;

    public SmallSupernet(Backend<T> backend, SupernetShape shape, CellForm form, int batch, ulong seed = 1, SearchSpace? space = null,
        Func<int, Relaxation<T>>? relax = null)
    {
        Net = new Supernet<T>(backend, shape, form, dropPath: false, space, relax);
        Net.Initialize(seed);
        var random = new CounterRandom(seed, RandomStream.Augmentation);
        foreach (var alphas in Net.Alphas)
            for (var i = 0; i < alphas.Length; i++) alphas[i] = T.CreateChecked((float)(0.5 * random.NextNormal()));
        images = new T[batch * shape.ImageChannels * shape.Height * shape.Width];
        for (var i = 0; i < images.Length; i++) images[i] = T.CreateChecked((float)random.NextNormal());
        labels = new int[batch];
        for (var i = 0; i < batch; i++) labels[i] = random.NextInt32(shape.Classes);
        Net.Plan(batch);
    }

    /// <summary>
    /// The first seed with which the reference meets no kink in a training pass, so that single precision may take its place.
    /// </summary>
    public static ulong SeedFarFromKinks(Func<Backend<double>, ulong, SmallSupernet<double>> make, in Pass pass)
    {
        for (ulong seed = 1; seed < 1000; seed++)
        {
            using var reference = new KinkBackend();
            using var small = make(reference, seed);
            small.Net.LoadBatch(small.Batch);
            small.Net.Forward(pass);
            if (reference.Margin >= KinkBackend.Safe) return seed;
        }

        throw new InvalidOperationException("No seed keeps its distance from every kink.");
    }

    public Supernet<T> Net { get; }

    public ImageBatch<T> Batch => new(images, labels);

    /// <summary>Everything that a training pass leaves behind, by name.</summary>
    public Dictionary<string, double[]> Outcome(in Pass pass)
    {
        Net.Evaluate(Batch, pass);
        var outcome = new Dictionary<string, double[]>
        {
            ["logits"] = Values(Net.Logits),
            ["weights"] = Values(Net.Parameters.Diffs),
            ["statistics"] = Values(Net.Parameters.Buffers),
        };
        for (var i = 0; i < Net.AlphaDiffs.Count; i++)
            outcome[$"alphas {i}"] = Array.ConvertAll(Net.AlphaDiffs[i], v => double.CreateChecked(v));
        return outcome;
    }

    public double Loss
    {
        get
        {
            Net.LoadBatch(Batch);
            return Net.Forward(new Pass(Training: true)).Loss;
        }
    }

    public double[] Values(Tensor<T> tensor)
    {
        var raw = new T[tensor.Shape.Count];
        Net.Backend.Download<T>(tensor, raw);
        return Array.ConvertAll(raw, v => double.CreateChecked(v));
    }

    public void Dispose() => Net.Dispose();
}

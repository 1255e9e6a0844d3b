using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>What a layer with weights loses, as shares of the sum of its output's squares.</summary>
/// <param name="Name">Official name of the layer.</param>
/// <param name="Alone">By its own bytes, weights and those of its sources, when these are right.</param>
/// <param name="Together">With all that the layers before it have lost.</param>
internal sealed record LayerLoss(string Name, double Alone, double Together)
{
    // Plain loops are slow, and the sums are over all pixels and channels.
    private const int MostImages = 16;

    /// <summary>Measures all layers on a few of the calibration images.</summary>
    public static IReadOnlyList<LayerLoss> Measure(
        QuantisedNetwork quantised, CalibrationImages images, Backend<float> backend, int most = MostImages)
    {
        var (pixels, labels) = images.Batches().First();
        using var net = quantised.Folded.Origin.Build(backend);
        net.Plan(labels.Length);
        net.LoadBatch(pixels, labels);
        net.Forward(Pass.Inference);
        // The right numbers of each value: those of the network in single precision.
        var right = new float[quantised.Folded.Layers.Count][];
        for (var k = 0; k < right.Length; k++)
        {
            var value = net.Values[k == 0 ? 0 : quantised.Folded.Layers[k - 1].Value];
            right[k] = new float[value.Shape.Count];
            backend.ReadImages(value, right[k]);
        }

        var integers = IntegerNetwork.From(quantised.Network);
        var sums = new (double Squares, double Alone, double Together)[integers.Layers.Count];
        var size = pixels.Length / labels.Length;
        for (var n = 0; n < Math.Min(most, labels.Length); n++)
        {
            var (bytes, _) = integers.Run(pixels.AsSpan(n * size, size));
            for (var k = 0; k < sums.Length; k++)
                if (integers.Layers[k] is IntegerConvolution layer)
                    Add(layer, Image(right, n, labels.Length), bytes[k + 1], k + 1, ref sums[k]);
        }

        return
        [
            .. integers.Layers.Index().Where(layer => layer.Item is IntegerConvolution).Select(layer => new LayerLoss(
                layer.Item.Name, Share(sums[layer.Index].Alone, sums[layer.Index].Squares),
                Share(sums[layer.Index].Together, sums[layer.Index].Squares))),
        ];
    }

    // What is always zero loses nothing.
    private static double Share(double lost, double squares) => squares > 0 ? lost / squares : 0;

    private static Func<int, float[]> Image(float[][] values, int image, int images) => number =>
    {
        var size = values[number].Length / images;
        return values[number][(image * size)..((image + 1) * size)];
    };

    private static void Add(
        IntegerLayer layer, Func<int, float[]> right, byte[] together, int number,
        ref (double Squares, double Alone, double Together) sums)
    {
        var alone = new byte[together.Length];
        layer.Run(
            [.. layer.Sources.Select((source, k) => Array.ConvertAll(right(source), layer.From[k].Scale.Quantise))], alone);
        var (numbers, scale) = (right(number), layer.To.Scale);
        for (var i = 0; i < numbers.Length; i++)
        {
            double x = numbers[i], own = scale.Value(alone[i]) - x, all = scale.Value(together[i]) - x;
            sums = (sums.Squares + x * x, sums.Alone + own * own, sums.Together + all * all);
        }
    }
}

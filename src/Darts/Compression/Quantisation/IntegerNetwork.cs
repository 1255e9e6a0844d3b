using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>
/// A quantised network in integers: what ONNX Runtime computes with it, in plain loops. Value 0 is the bytes of the images, value k what
/// layer k computes, counted from 1.
/// </summary>
internal sealed class IntegerNetwork
{
    private readonly List<IntegerLayer> layers = [];
    private readonly List<ByteValue> values = [];
    private readonly Func<string, float[]> tensor;

    private IntegerNetwork(ImageTask task, IReadOnlyList<NetworkOperation> operations, Func<string, float[]> tensor)
    {
        this.tensor = tensor;
        var first = operations[0].Rounding!.Value;
        (Task, MostWeight) = (task, operations[^1].MostWeight);
        values.Add(new ByteValue(task.Channels, task.Height, task.Width, first));
        foreach (var operation in operations.Skip(1).SkipLast(1))
        {
            layers.Add(Layer(operation));
            values.Add(layers[^1].To);
        }

        var last = operations[^1];
        var source = last.Sources[0] - 1;
        Classifier = new IntegerLinear(source, values[source], Filter(last, "weight"));
    }

    /// <summary>The images that it takes.</summary>
    public ImageTask Task { get; }

    /// <summary>Greatest |q| of a weight.</summary>
    public int MostWeight { get; }

    /// <summary>All layers but the classifier, each after those it reads.</summary>
    public IReadOnlyList<IntegerLayer> Layers => layers;

    /// <summary>The classifier.</summary>
    public IntegerLinear Classifier { get; }

    /// <summary>What the bytes of each value mean.</summary>
    public IReadOnlyList<ByteValue> Values => values;

    /// <summary>The integers of a quantised network.</summary>
    public static IntegerNetwork From(HostNetwork network) =>
        new(network.Origin.Task, network.Operations, name => network.Tensors[name]);

    /// <summary>The integers of a quantised network that is trained, or read from a file.</summary>
    public static IntegerNetwork From(NetworkDescription description, ImageClassifier<float> net)
    {
        var tensors = net.Parameters.Parameters.ToDictionary(tensor => tensor.Name);
        return new IntegerNetwork(description.Task, description.Operations!, name =>
        {
            var numbers = new float[tensors[name].Capacity.Count];
            net.Backend.Download(tensors[name], numbers.AsSpan());
            return numbers;
        });
    }

    /// <summary>Bytes of an image [C,H,W], normalised.</summary>
    public byte[] Bytes(ReadOnlySpan<float> image)
    {
        var bytes = new byte[image.Length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = values[0].Scale.Quantise(image[i]);
        return bytes;
    }

    /// <summary>All values and the logits for one image [C,H,W], normalised.</summary>
    public (byte[][] Values, float[] Logits) Run(ReadOnlySpan<float> image)
    {
        var bytes = new byte[values.Count][];
        bytes[0] = Bytes(image);
        for (var k = 1; k < bytes.Length; k++)
        {
            bytes[k] = new byte[values[k].Count];
            layers[k - 1].Run(Array.ConvertAll(layers[k - 1].Sources, source => bytes[source]), bytes[k]);
        }

        return (bytes, Classifier.Run(bytes[Classifier.Source]));
    }

    private IntegerLayer Layer(NetworkOperation operation)
    {
        // Value k of the list of operations is the result of operation k − 1, whose first one makes the bytes of the images.
        int[] sources = [.. operation.Sources.Select(source => source - 1)];
        var from = Array.ConvertAll(sources, source => values[source]);
        var (c, h, w, scale) = (from[0].Channels, from[0].Height, from[0].Width, operation.Rounding ?? from[0].Scale);
        var window = operation.Window;
        var name = operation.Name.TrimEnd('.');
        return operation.Kind switch
        {
            OperationKind.Convolution => new IntegerConvolution(
                name, sources, from, Windowed(operation.Channels), Filter(operation, "weight"), window, operation.Groups),
            OperationKind.FactorizedReduce => new IntegerConvolution(
                name, sources, from, new ByteValue(operation.Channels, (h + 1) / 2, (w + 1) / 2, scale),
                Filter(operation, "conv_1.weight", "conv_2.weight").OverBlocks(), Window2D.Square(2, 2, 0), groups: 1),
            OperationKind.Sum => new IntegerSum(sources, from, from[0] with { Scale = scale }),
            OperationKind.Concat => new IntegerConcat(
                sources, from, new ByteValue(from.Sum(value => value.Channels), h, w, scale)),
            OperationKind.AveragePool => new IntegerAverage(sources, from, Windowed(c), window),
            OperationKind.GlobalAverage => new IntegerAverage(sources, from, new ByteValue(c, 1, 1, scale), null),
            OperationKind.Relu => new ByteRelu(sources, from, from[0]),
            OperationKind.MaxPool => new ByteMaxPool(sources, from, Windowed(c), window),
            OperationKind.PadChannels => new BytePad(
                sources, from, from[0] with { Channels = operation.Before + c + operation.After }, operation.Before),
            OperationKind.Zero => new ByteZero(
                sources, from, new ByteValue(c, Strided(h), Strided(w), scale), window.StrideH),
            _ => throw new NotSupportedException($"{operation.Kind} is no layer over bytes."),
        };

        ByteValue Windowed(int channels) => new(channels, window.OutputHeight(h), window.OutputWidth(w), scale);

        int Strided(int extent) => (extent + window.StrideH - 1) / window.StrideH;
    }

    private IntegerFilter Filter(NetworkOperation operation, params string[] weights) => IntegerFilter.From(
        [.. weights.SelectMany(name => tensor(operation.Name + name))], tensor(operation.Name + "bias"), operation.InputStep,
        operation.MostWeight);
}

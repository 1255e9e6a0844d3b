using System.Globalization;
using System.Text.Json;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Export;

/// <summary>
/// Writes a network as ONNX, opset 17: input <c>images</c> [batch,C,H,W], normalised as in training or, where the graph normalises them,
/// bytes; output <c>logits</c> [batch,classes].
/// </summary>
public sealed class OnnxExport : IGraphVisitor<float>
{
    /// <summary>Version of the operator set.</summary>
    public const int Opset = 17;

    /// <summary>What stands in a model as the program that made it.</summary>
    internal const string Producer = "miopendarts";

    internal const string Images = "images";
    internal const string Logits = "logits";
    private const int IrVersion = 8;
    private readonly Backend<float> backend;
    private readonly InferenceGraph<float> source;
    private readonly OnnxGraph target = new();
    private readonly Dictionary<GraphValue, string> names = [];
    private readonly Dictionary<GraphValue, NormNode<float>> folded = [];

    private OnnxExport(Backend<float> backend, InferenceGraph<float> source, bool foldNorms)
    {
        (this.backend, this.source) = (backend, source);
        if (foldNorms) FindFolds();
    }

    /// <summary>Writes a network to a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="net">The network, whose weights are read.</param>
    /// <param name="description">Its normalisation and class names, which go into the metadata.</param>
    /// <param name="foldNorms">Multiply every batch norm into the convolution before it.</param>
    /// <param name="normalise">Take images as bytes 0..255 and normalise them in the graph.</param>
    /// <param name="batch">Images in a batch; 0 for any number.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, ImageClassifier<float> net, NetworkDescription description, bool foldNorms, bool normalise = false, int batch = 0)
    {
        var bytes = description.IsQuantised
            ? QuantisedOnnx.Bytes(IntegerNetwork.From(description, net), description, normalise, batch)
            : Bytes(net.Backend, net.Trace(), foldNorms, description, normalise, batch);
        WholeFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The message <c>ModelProto</c> of a graph.</summary>
    internal static byte[] Bytes(
        Backend<float> backend, InferenceGraph<float> source, bool foldNorms, NetworkDescription? description = null,
        bool normalise = false, int batch = 0) =>
        Model(new OnnxExport(backend, source, foldNorms).Graph(normalise ? description : null, batch), description, normalise);

    /// <summary>The message <c>ModelProto</c> of a message <c>GraphProto</c>.</summary>
    internal static byte[] Model(
        ProtoWriter graph, NetworkDescription? description, bool normalised, params (string Key, string Value)[] more)
    {
        var model = new ProtoWriter().Add(1, (long)IrVersion).Add(2, Producer).Add(3, RunEnvironment.ThisVersion).Add(7, graph);
        model.Add(8, new ProtoWriter().Add(1, "").Add(2, (long)Opset));
        var metadata = description is null ? [] : Metadata(description, normalised);
        foreach (var (key, value) in metadata.Concat(more)) model.Add(14, new ProtoWriter().Add(1, key).Add(2, value));
        return model.Bytes.ToArray();
    }

    private static IEnumerable<(string Key, string Value)> Metadata(NetworkDescription description, bool normalised)
    {
        yield return (OnnxMetadata.Network, description.Network);
        // What stands here is to be done before the graph.
        if (!normalised)
        {
            yield return (OnnxMetadata.Mean, string.Join(", ", description.Mean.Select(v => v.ToString(CultureInfo.InvariantCulture))));
            yield return (
                OnnxMetadata.Deviation, string.Join(", ", description.Deviation.Select(v => v.ToString(CultureInfo.InvariantCulture))));
        }

        if (description.WholeImages) yield return (OnnxMetadata.WholeImages, "true");
        // A name may have a comma in it, so the names are a JSON array.
        if (description.ClassNames is { } classes)
            yield return (OnnxMetadata.Classes, JsonSerializer.Serialize(classes, NetworkDescriptionContext.Default.IReadOnlyListString));
    }

    // Normalises where a description is given.
    private ProtoWriter Graph(NetworkDescription? normalisation, int batch)
    {
        var (input, output) = (source.Input.Shape, source.Output.Shape);
        names[source.Input] = normalisation is null ? Images : Normalised(target, normalisation, input.C);
        foreach (var node in source.Nodes)
        {
            if (node is NormNode<float> norm && folded.ContainsValue(norm))
            {
                names[norm.Dst] = names[norm.Src];
                continue;
            }

            names[node.Dst] = $"v{node.Dst.Number}";
            node.Accept(this);
        }

        target.Node("Flatten", [names[source.Output]], Logits, ("axis", 1));
        target.Message.Add(2, "network");
        var pixel = normalisation is null ? OnnxGraph.FloatType : OnnxGraph.ByteType;
        target.Declare(isInput: true, Images, pixel, batch, input.C, input.H, input.W);
        target.Declare(isInput: false, Logits, OnnxGraph.FloatType, batch, output.C * output.H * output.W);
        return target.Message;
    }

    // (v / 255 − mean) / deviation, in the order of the image encoder, so that the bits are the same.
    internal static string Normalised(OnnxGraph target, NetworkDescription description, int channels)
    {
        target.Node("Cast", [Images], "pixels_float", ("to", OnnxGraph.FloatType));
        target.Node("Div", ["pixels_float", target.Constant("white", [255f])], "pixels_scaled");
        target.Node("Sub", ["pixels_scaled", target.Constant("mean", [.. description.Mean], channels, 1, 1)], "pixels_centred");
        target.Node(
            "Div", ["pixels_centred", target.Constant("deviation", [.. description.Deviation], channels, 1, 1)], "pixels_normalised");
        return "pixels_normalised";
    }

    void IGraphVisitor<float>.Visit(ConvolutionNode<float> node)
    {
        var weights = Values(node.Weights);
        var (o, i, h, w) = node.Weights.Capacity;
        string[] inputs = [names[node.Src], node.Weights.Name];
        if (folded.TryGetValue(node.Dst, out var fold))
        {
            var (scale, shift, first) = (Scale(fold.Norm), Shift(fold.Norm), FirstChannel(fold, node.Dst));
            var (mean, variance) = (Values(fold.Norm.RunningMean), Values(fold.Norm.RunningVariance));
            var bias = new float[o];
            for (var c = 0; c < o; c++)
            {
                var factor = scale[first + c] / Math.Sqrt(variance[first + c] + BatchNormState<float>.Epsilon);
                bias[c] = (float)(shift[first + c] - mean[first + c] * factor);
                for (var k = 0; k < i * h * w; k++) weights[c * i * h * w + k] = (float)(weights[c * i * h * w + k] * factor);
            }

            inputs = [.. inputs, target.Constant(node.Weights.Name + ".folded_bias", bias, o)];
        }

        target.Constant(node.Weights.Name, weights, o, i, h, w);
        var dilations = new[] { node.Window.Dilation, node.Window.Dilation };
        target.Node("Conv", inputs, names[node.Dst], [.. Geometry(node.Window), ("dilations", dilations), ("group", node.Groups)]);
    }

    void IGraphVisitor<float>.Visit(NormNode<float> node)
    {
        var (norm, channels) = (node.Norm, node.Norm.Channels);
        var name = norm.RunningMean.Name[..^"running_mean".Length];
        string[] inputs =
        [
            names[node.Src], target.Constant(name + "weight", Scale(norm), channels), target.Constant(name + "bias", Shift(norm), channels),
            target.Constant(norm.RunningMean.Name, Values(norm.RunningMean), channels),
            target.Constant(norm.RunningVariance.Name, Values(norm.RunningVariance), channels),
        ];
        target.Node("BatchNormalization", inputs, names[node.Dst], ("epsilon", (float)BatchNormState<float>.Epsilon));
    }

    void IGraphVisitor<float>.Visit(ReluNode<float> node) => Add("Relu", node);

    void IGraphVisitor<float>.Visit(PoolNode<float> node) => Add(node.IsMaximum ? "MaxPool" : "AveragePool", node, Geometry(node.Window));

    void IGraphVisitor<float>.Visit(GlobalAverageNode<float> node) => Add("GlobalAveragePool", node);

    void IGraphVisitor<float>.Visit(LinearNode<float> node)
    {
        var (flat, (o, i, _, _)) = (names[node.Dst] + "_flat", node.Weights.Capacity);
        var weights = target.Constant(node.Weights.Name, Values(node.Weights), o, i);
        target.Node("Flatten", [names[node.Src]], flat, ("axis", 1));
        target.Node("Gemm", [flat, weights, target.Constant(node.Bias.Name, Values(node.Bias), o)], names[node.Dst], ("transB", 1));
    }

    void IGraphVisitor<float>.Visit(ShiftNode<float> node)
    {
        var padded = names[node.Dst] + "_padded";
        target.Node("Pad", [names[node.Src], target.Constant("after", 0, 0, 0, 0, 0, 0, 1, 1)], padded);
        string[] slice =
        [
            padded, target.Constant("one", 1, 1), target.Constant("end", int.MaxValue, int.MaxValue), target.Constant("pixels", 2, 3),
        ];
        target.Node("Slice", slice, names[node.Dst]);
    }

    void IGraphVisitor<float>.Visit(ZeroNode<float> node)
    {
        var strided = names[node.Dst] + "_strided";
        target.Node("MaxPool", [names[node.Src]], strided, Geometry(Window2D.Square(1, node.Stride, 0)));
        target.Node("Mul", [strided, target.Constant("zero", [0f])], names[node.Dst]);
    }

    void IGraphVisitor<float>.Visit(ChannelPadNode<float> node)
    {
        var pads = target.Constant($"channels_{node.Before}_{node.After}", 0, node.Before, 0, 0, 0, node.After, 0, 0);
        target.Node("Pad", [names[node.Src], pads], names[node.Dst]);
    }

    void IGraphVisitor<float>.Visit(ConcatNode<float> node) => Add("Concat", node, ("axis", 1));

    void IGraphVisitor<float>.Visit(SumNode<float> node) => Add("Add", node);

    void IGraphVisitor<float>.Visit(QuantiseNode<float> node) =>
        throw new NotSupportedException($"Bytes have no form in a graph of floats; {nameof(QuantisedOnnx)} writes them.");

    private void Add(string operation, GraphNode<float> node, params (string Name, object Value)[] attributes) =>
        target.Node(operation, [.. node.Sources.Select(s => names[s])], names[node.Dst], attributes);

    /// <summary>Which batch norm goes into which convolution: one right after it, or after the concatenation of several.</summary>
    private void FindFolds()
    {
        var producers = source.Nodes.ToDictionary(node => node.Dst);
        var readers = source.Nodes.SelectMany(node => node.Sources).CountBy(value => value).ToDictionary();
        foreach (var norm in source.Nodes.OfType<NormNode<float>>())
        {
            if (!producers.TryGetValue(norm.Src, out var before) || readers[norm.Src] != 1) continue;
            GraphNode<float>[] convolutions = before is ConcatNode<float> ? [.. before.Sources.Select(s => producers[s])] : [before];
            if (!convolutions.All(c => c is ConvolutionNode<float> && readers[c.Dst] == 1)) continue;
            foreach (var convolution in convolutions) folded[convolution.Dst] = norm;
        }
    }

    private int FirstChannel(NormNode<float> norm, GraphValue convolution)
    {
        var first = 0;
        foreach (var part in source.Nodes.First(node => node.Dst == norm.Src) is ConcatNode<float> concat ? concat.Sources : [norm.Src])
        {
            if (part == convolution) break;
            first += part.Shape.C;
        }

        return first;
    }

    private static (string Name, object Value)[] Geometry(Window2D window) =>
    [
        ("kernel_shape", new[] { window.KernelH, window.KernelW }), ("strides", new[] { window.StrideH, window.StrideW }),
        ("pads", new[] { window.PaddingH, window.PaddingW, window.PaddingH, window.PaddingW }),
    ];

    private float[] Scale(BatchNormState<float> norm) =>
        norm.Scale is { } scale ? Values(scale) : [.. Enumerable.Repeat(1f, norm.Channels)];

    private float[] Shift(BatchNormState<float> norm) => norm.Shift is { } shift ? Values(shift) : new float[norm.Channels];

    private float[] Values(Tensor<float> tensor)
    {
        var values = new float[tensor.Capacity.Count];
        backend.Download<float>(tensor, values);
        return values;
    }
}

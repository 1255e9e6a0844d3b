using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Export;

/// <summary>
/// Writes a network over bytes as ONNX of the same opset, with <c>QuantizeLinear</c> and <c>DequantizeLinear</c> around every operator, the
/// form that runtimes turn into integer operators. What only compares bytes works on them as they are.
/// </summary>
internal sealed class QuantisedOnnx
{
    private readonly IntegerNetwork source;
    private readonly OnnxGraph target = new();
    private int uses;

    private QuantisedOnnx(IntegerNetwork source) => this.source = source;

    /// <summary>The message <c>ModelProto</c> of a network over bytes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="description">Its normalisation and class names, which go into the metadata; null for none.</param>
    /// <param name="normalise">Take images as bytes 0..255 and normalise them in the graph.</param>
    /// <param name="batch">Images in a batch; 0 for any number.</param>
    /// <param name="withValues">Whether the bytes of all values are outputs too, by the names of <see cref="Value"/>.</param>
    public static byte[] Bytes(
        IntegerNetwork network, NetworkDescription? description = null, bool normalise = false, int batch = 0, bool withValues = false) =>
        OnnxExport.Model(
            new QuantisedOnnx(network).Graph(normalise ? description : null, batch, withValues), description, normalise, Metadata(network));

    /// <summary>What a value is called.</summary>
    public static string Value(int number) => $"q{number}";

    private static (string Key, string Value) Metadata(IntegerNetwork network) =>
        ("quantisation", $"activations uint8; weights int8 by channel, from -{network.MostWeight} to {network.MostWeight}");

    // Normalises where a description is given.
    private ProtoWriter Graph(NetworkDescription? normalisation, int batch, bool withValues)
    {
        var task = source.Task;
        var bytes = normalisation is not null;
        Quantise(bytes ? OnnxExport.Normalised(target, normalisation!, task.Channels) : OnnxExport.Images, 0);
        for (var k = 0; k < source.Layers.Count; k++) Add(source.Layers[k], k + 1);
        var (classifier, flat, classes) = (source.Classifier, "flat", source.Classifier.Filter.Bias.Length);
        target.Node("Flatten", [Value(classifier.Source)], flat, ("axis", 1));
        var weights = Filter("classifier", classifier.Filter, classes, source.Values[classifier.Source].Count);
        target.Node("Gemm", [Numbers(flat, classifier.Source), .. weights], OnnxExport.Logits, ("transB", 1));
        target.Message.Add(2, "network");
        target.Declare(
            isInput: true, OnnxExport.Images, bytes ? OnnxGraph.ByteType : OnnxGraph.FloatType, batch, task.Channels, task.Height,
            task.Width);
        target.Declare(isInput: false, OnnxExport.Logits, OnnxGraph.FloatType, batch, classes);
        for (var k = 0; withValues && k < source.Values.Count; k++)
        {
            var value = source.Values[k];
            target.Declare(isInput: false, Value(k), OnnxGraph.ByteType, batch, value.Channels, value.Height, value.Width);
        }

        return target.Message;
    }

    private void Add(IntegerLayer layer, int number)
    {
        switch (layer)
        {
            case IntegerConvolution convolution:
                Float("Conv", convolution, number, Convolution(convolution), Filter(convolution));
                break;
            case IntegerSum sum:
                Float("Add", sum, number, []);
                break;
            case IntegerConcat concat:
                Float("Concat", concat, number, [("axis", 1)]);
                break;
            case IntegerAverage { Window: { } window } pool:
                Float("AveragePool", pool, number, Window(window));
                break;
            case IntegerAverage mean:
                Float("GlobalAveragePool", mean, number, []);
                break;
            case ByteRelu:
                target.Node("Max", [Value(layer.Sources[0]), Zero(layer.Sources[0])], Value(number));
                break;
            case ByteMaxPool pool:
                target.Node("MaxPool", [Value(layer.Sources[0])], Value(number), Window(pool.Window));
                break;
            case BytePad pad:
                var pads = target.Constant($"pads_{pad.Before}_{pad.After}", 0, pad.Before, 0, 0, 0, pad.After, 0, 0);
                target.Node("Pad", [Value(layer.Sources[0]), pads, Zero(layer.Sources[0])], Value(number));
                break;
            case ByteZero zero:
                Zeros(zero, number);
                break;
            default:
                throw new NotSupportedException($"{layer.Name} is no layer that ONNX is written for.");
        }
    }

    // Of the bytes only the extent stays.
    private void Zeros(ByteZero layer, int number)
    {
        var (strided, zero) = ($"{Value(number)}_strided", Zero(layer.Sources[0]));
        target.Node("MaxPool", [Value(layer.Sources[0])], strided, Window(Window2D.Square(1, layer.Stride, 0)));
        target.Node("Min", [strided, zero], strided + "_low");
        target.Node("Max", [strided + "_low", zero], Value(number));
    }

    private void Float(
        string operation, IntegerLayer layer, int number, (string Name, object Value)[] attributes, params string[] constants)
    {
        var result = $"x{number}";
        string[] inputs = [.. layer.Sources.Select(value => Numbers(Value(value), value)), .. constants];
        target.Node(operation, inputs, result, attributes);
        Quantise(result, number);
    }

    private void Quantise(string numbers, int number) =>
        target.Node("QuantizeLinear", [numbers, Step(number), Zero(number)], Value(number));

    // Each use has a node of its own, as some runtimes match patterns of nodes that nothing else reads.
    private string Numbers(string bytes, int value)
    {
        var name = $"{bytes}_use{uses++}";
        target.Node("DequantizeLinear", [bytes, Step(value), Zero(value)], name);
        return name;
    }

    private string Step(int value) => target.Constant($"step{value}", [source.Values[value].Scale.Step]);

    private string Zero(int value) => target.Byte($"zero{value}", source.Values[value].Scale.ZeroPoint);

    private string[] Filter(IntegerConvolution layer) => Filter(
        layer.Name, layer.Filter, layer.To.Channels, layer.From[0].Channels / layer.Groups, layer.Window.KernelH, layer.Window.KernelW);

    private string[] Filter(string name, IntegerFilter filter, params ReadOnlySpan<long> shape)
    {
        var outputs = filter.Bias.Length;
        var biasScales = Array.ConvertAll(filter.Scales, scale => filter.InputStep * scale);
        string[] weights =
        [
            target.Int8($"{name}.weight", filter.Weights, shape), target.Constant($"{name}.scale", filter.Scales, outputs),
            target.Int8($"int8_zeros_{outputs}", new sbyte[outputs], outputs),
        ];
        string[] bias =
        [
            target.Int32($"{name}.bias", filter.Bias, outputs), target.Constant($"{name}.bias_scale", biasScales, outputs),
            target.Int32($"int32_zeros_{outputs}", new int[outputs], outputs),
        ];
        target.Node("DequantizeLinear", weights, $"{name}.weight_numbers", ("axis", 0));
        target.Node("DequantizeLinear", bias, $"{name}.bias_numbers", ("axis", 0));
        return [$"{name}.weight_numbers", $"{name}.bias_numbers"];
    }

    private static (string Name, object Value)[] Window(Window2D window) => Geometry(window, window.PaddingH, window.PaddingW);

    private static (string Name, object Value)[] Convolution(IntegerConvolution layer)
    {
        var (window, dilations) = (layer.Window, new[] { layer.Window.Dilation, layer.Window.Dilation });
        return
        [
            .. Geometry(
                window, End(layer.From[0].Height, layer.To.Height, window.KernelH, window.StrideH, window.PaddingH),
                End(layer.From[0].Width, layer.To.Width, window.KernelW, window.StrideW, window.PaddingW)),
            ("dilations", dilations), ("group", layer.Groups),
        ];

        // What the last window needs beyond the image, where that is more than the padding.
        int End(int from, int to, int kernel, int stride, int padding) =>
            Math.Max(padding, (to - 1) * stride + window.Dilation * (kernel - 1) + 1 - padding - from);
    }

    private static (string Name, object Value)[] Geometry(Window2D window, int endH, int endW) =>
    [
        ("kernel_shape", new[] { window.KernelH, window.KernelW }), ("strides", new[] { window.StrideH, window.StrideW }),
        ("pads", new[] { window.PaddingH, window.PaddingW, endH, endW }),
    ];
}

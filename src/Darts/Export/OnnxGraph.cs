using System.Runtime.InteropServices;

namespace MIOpenDarts.Darts.Export;

/// <summary>
/// An ONNX graph under construction: nodes in order, and the constants they read. Field numbers are those of <c>onnx.proto</c>.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>The element type float.</summary>
    public const int FloatType = 1;

    /// <summary>The element type uint8.</summary>
    public const int ByteType = 2;

    private const int Int8Type = 3;
    private const int Int32Type = 6;
    private const int Int64Type = 7;
    private readonly ProtoWriter graph = new();
    private readonly HashSet<string> constants = [];
    private int nodes;

    /// <summary>The message <c>GraphProto</c> so far.</summary>
    public ProtoWriter Message => graph;

    /// <summary>Appends an operator with one output.</summary>
    public void Node(string operation, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        var node = new ProtoWriter();
        foreach (var input in inputs) node.Add(1, input);
        node.Add(2, output).Add(3, $"{operation}_{nodes++}").Add(4, operation);
        foreach (var (name, value) in attributes) node.Add(5, Attribute(name, value));
        graph.Add(1, node);
    }

    /// <summary>Adds a constant once and returns its name.</summary>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(name, FloatType, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a vector of integers once and returns its name.</summary>
    public string Constant(string name, params ReadOnlySpan<long> values) =>
        Constant(name, Int64Type, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>Adds one byte without an extent once and returns its name.</summary>
    public string Byte(string name, byte value) => Constant(name, ByteType, [value], []);

    /// <summary>Adds a constant of signed bytes once and returns its name.</summary>
    public string Int8(string name, ReadOnlySpan<sbyte> values, params ReadOnlySpan<long> shape) =>
        Constant(name, Int8Type, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a constant of 32-bit integers once and returns its name.</summary>
    public string Int32(string name, ReadOnlySpan<int> values, params ReadOnlySpan<long> shape) =>
        Constant(name, Int32Type, MemoryMarshal.AsBytes(values), shape);

    /// <summary>
    /// Declares the input or output, so many times <paramref name="extents"/>; any number of times where <paramref name="batch"/> is 0.
    /// </summary>
    public void Declare(bool isInput, string name, int type, int batch, params ReadOnlySpan<int> extents)
    {
        var first = batch == 0 ? new ProtoWriter().Add(2, "batch") : new ProtoWriter().Add(1, (long)batch);
        var shape = new ProtoWriter().Add(1, first);
        foreach (var extent in extents) shape.Add(1, new ProtoWriter().Add(1, (long)extent));
        var tensor = new ProtoWriter().Add(1, (long)type).Add(2, shape);
        graph.Add(isInput ? 11 : 12, new ProtoWriter().Add(1, name).Add(2, new ProtoWriter().Add(1, tensor)));
    }

    private string Constant(string name, int type, ReadOnlySpan<byte> raw, ReadOnlySpan<long> shape)
    {
        if (!constants.Add(name)) return name;
        var tensor = new ProtoWriter();
        foreach (var extent in shape) tensor.Add(1, extent);
        graph.Add(5, tensor.Add(2, (long)type).Add(8, name).Add(9, raw));
        return name;
    }

    private static ProtoWriter Attribute(string name, object value)
    {
        var attribute = new ProtoWriter().Add(1, name);
        switch (value)
        {
            case float number:
                return attribute.Add(2, number).Add(20, 1L);
            case int number:
                return attribute.Add(3, (long)number).Add(20, 2L);
            default:
                foreach (var number in (int[])value) attribute.Add(8, (long)number);
                return attribute.Add(20, 7L);
        }
    }
}

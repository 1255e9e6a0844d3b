using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MIOpenDarts.Layers.Tensors;
using Razorvine.Pickle;

namespace MIOpenDarts.Darts.Evaluation.Weights.PyTorch;

/// <summary>The classes that a file of weights needs, and how each is built. There are no others.</summary>
internal static class TorchObjects
{
    /// <summary>Module, name and constructor.</summary>
    public static IEnumerable<(string Module, string Name, Func<object[], object> Build)> All
    {
        get
        {
            yield return ("collections", "OrderedDict", arguments => new StateDictionary(arguments));
            yield return ("torch._utils", "_rebuild_tensor", Tensor);
            yield return ("torch._utils", "_rebuild_tensor_v2", Tensor);
            yield return ("torch._utils", "_rebuild_parameter", arguments => arguments[0]);
            yield return ("torch.nn.parameter", "Parameter", arguments => arguments[0]);
            yield return ("torch", "Size", arguments => arguments[0]);
            yield return ("torch", "device", arguments => string.Join(":", arguments));
            foreach (var module in new[] { "numpy.core.multiarray", "numpy._core.multiarray" })
                yield return (module, "scalar", _ => "a number");
        }
    }

    /// <summary>Names of PyTorch's classes of storages.</summary>
    public static IEnumerable<StorageType> Storages { get; } =
    [
        new("DoubleStorage", SafetensorsType.F64), new("FloatStorage", SafetensorsType.F32), new("HalfStorage", SafetensorsType.F16),
        new("BFloat16Storage", SafetensorsType.BF16), new("LongStorage", SafetensorsType.I64), new("IntStorage", SafetensorsType.I32),
        new("ShortStorage", SafetensorsType.I16), new("CharStorage", SafetensorsType.I8), new("ByteStorage", SafetensorsType.U8),
        new("BoolStorage", SafetensorsType.BOOL),
    ];

    // (storage, offset, shape, strides, …): what follows concerns gradients.
    private static TorchTensor Tensor(object[] arguments) =>
        arguments is [TorchStorage storage, var offset, object[] shape, object[] strides, ..]
        ? new TorchTensor(storage, Number(offset), Array.ConvertAll(shape, Number), Array.ConvertAll(strides, Number))
        : throw new PickleException("a tensor has a form that is not known");

    private static long Number(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);
}

/// <summary>A class of storages: it is referred to, and never built.</summary>
internal sealed class StorageType(string name, SafetensorsType type) : IObjectConstructor
{
    /// <summary>PyTorch's name.</summary>
    public string Name => name;

    /// <summary>Type of the numbers.</summary>
    public SafetensorsType Type => type;

    /// <inheritdoc/>
    public object construct(object[] args) => throw new PickleException($"a {name} is built, where it can only be referred to");
}

/// <summary>An ordered dictionary. Python 2 gave its entries as a list of pairs.</summary>
internal sealed class StateDictionary : Hashtable
{
    /// <summary>A dictionary of the pairs in the arguments, if there are any.</summary>
    public StateDictionary(object[] arguments)
    {
        if (arguments is not [IList pairs, ..]) return;
        foreach (var pair in pairs)
        {
            if (pair is IList { Count: 2 } two) this[two[0]!] = two[1];
        }
    }

    /// <summary>Called by the reader by this name: attributes of a state dict are of no use here.</summary>
    [SuppressMessage("Naming", "CA1707", Justification = "Python's name.")]
    [SuppressMessage("Style", "IDE1006", Justification = "Python's name.")]
    [SuppressMessage("Performance", "CA1822", Justification = "Called on an instance.")]
    public void __setstate__(Hashtable given)
    {
    }
}

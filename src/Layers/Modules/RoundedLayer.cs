using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// Filters and bias of a layer, and what int8 and int32 keep of them, made anew in each pass because training changes them. The gradient
/// of what is rounded counts as that of the numbers themselves (straight through).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RoundedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int most;
    private readonly float inputStep;
    private readonly Tensor<T>[] filters;
    private readonly Tensor<T>[] rounded;
    private readonly T[][] values;
    private readonly float[] channel;
    private readonly T[] biases;
    private Tensor<T>? memory;

    /// <summary>Declares the bias [ΣO]; the filters are declared.</summary>
    /// <param name="parameters">Where.</param>
    /// <param name="prefix">Official name of the layer, with its dot.</param>
    /// <param name="most">Greatest |q| of a weight.</param>
    /// <param name="inputStep">Step of the layer's source.</param>
    /// <param name="filters">[O,I/groups,kh,kw] each; their outputs lie one after the other.</param>
    public RoundedLayer(ParameterSet<T> parameters, string prefix, int most, float inputStep, params Tensor<T>[] filters)
    {
        (this.most, this.inputStep, this.filters) = (most, inputStep, filters);
        var outputs = filters.Sum(filter => filter.Capacity.N);
        Bias = parameters.AddParameter(prefix + "bias", Shape.Vector(outputs), Initializer.Zero);
        rounded = [.. filters.Select(filter => new Tensor<T>($"rounded {filter.Name}", filter.Capacity))];
        RoundedBias = new Tensor<T>($"rounded {Bias.Name}", Bias.Capacity);
        values = [.. filters.Select(filter => new T[filter.Capacity.Count])];
        channel = new float[filters.Max(filter => filter.Capacity.CountPerImage)];
        biases = new T[outputs];
    }

    /// <summary>The bias [O] as it is trained.</summary>
    public Tensor<T> Bias { get; }

    /// <summary>The bias [O] that int32 keeps.</summary>
    public Tensor<T> RoundedBias { get; }

    /// <summary>What int8 keeps of a filter.</summary>
    public Tensor<T> Filter(int index = 0) => rounded[index];

    /// <summary>Asks for the memory of what is rounded.</summary>
    public void Plan(MemoryPlan<T> plan) =>
        memory = plan.Vector($"rounded {filters[0].Name}", checked((int)filters.Sum(Padded) + biases.Length));

    /// <summary>Rounds.</summary>
    public void Round(Backend<T> backend)
    {
        Bind();
        backend.Download(Bias, biases.AsSpan());
        var output = 0;
        for (var f = 0; f < filters.Length; f++)
        {
            backend.Download(filters[f], values[f].AsSpan());
            for (var o = 0; o < filters[f].Capacity.N; o++) Round(values[f], o, ref biases[output++]);
            backend.Upload<T>(values[f], rounded[f]);
        }

        backend.Upload<T>(biases, RoundedBias);
    }

    private void Round(T[] filter, int output, ref T bias)
    {
        var weights = filter.AsSpan(output * channel.Length, channel.Length);
        for (var k = 0; k < channel.Length; k++) channel[k] = float.CreateTruncating(weights[k]);
        var single = float.CreateTruncating(bias);
        var scale = Int8Filter.Scale(channel, single, inputStep, most);
        for (var k = 0; k < channel.Length; k++)
            weights[k] = T.CreateTruncating(scale * Int8Filter.Round(channel[k], scale, most));
        bias = T.CreateTruncating(inputStep * scale * Int8Filter.RoundBias(single, inputStep, scale));
    }

    // A plan binds its tensors when it is committed, so after Plan.
    private void Bind()
    {
        var address = memory!.Address;
        for (var f = 0; f < filters.Length; f++)
        {
            rounded[f].Bind(address);
            address += (nint)(Padded(filters[f]) * Size);
        }

        RoundedBias.Bind(address);
    }

    // Whole cache lines apart, as tensors of a plan are.
    private static long Padded(Tensor<T> filter) => (filter.Capacity.Count + 31) / 16 * 16;

    private static unsafe int Size => sizeof(T);
}

using System.Text.Json.Serialization;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Evaluation.Operations;

/// <summary>What an operation of a listed network computes.</summary>
internal enum OperationKind
{
    /// <summary>Convolution without bias.</summary>
    Convolution,
    /// <summary>Both 1x1 convolutions of stride 2 of a factorized reduction.</summary>
    FactorizedReduce,
    /// <summary>Batch norm.</summary>
    BatchNorm,
    /// <summary>max(x, 0).</summary>
    Relu,
    /// <summary>Maximum over a window.</summary>
    MaxPool,
    /// <summary>Mean over a window; the border does not count.</summary>
    AveragePool,
    /// <summary>Mean over all pixels.</summary>
    GlobalAverage,
    /// <summary>x·Wᵀ + b.</summary>
    Linear,
    /// <summary>Zeros.</summary>
    Zero,
    /// <summary>Channels of zeros before and after those of x.</summary>
    PadChannels,
    /// <summary>Channels side by side.</summary>
    Concat,
    /// <summary>a + b.</summary>
    Sum,
    /// <summary>x rounded to what bytes hold.</summary>
    Quantise,
}

/// <summary>
/// One operation of a network that is listed operation by operation, because compression changed it: the list travels in the metadata of
/// its weights file.
/// </summary>
internal sealed record NetworkOperation
{
    /// <summary>What it computes.</summary>
    public required OperationKind Kind { get; init; }

    /// <summary>Values that it reads: 0 is the images, k the result of the k-th operation, counted from 1.</summary>
    public required IReadOnlyList<int> Sources { get; init; }

    /// <summary>Official name of a layer with parameters, with its dot.</summary>
    public string Name { get; init; } = "";

    /// <summary>Channels of the result, where the operation decides them.</summary>
    public int Channels { get; init; }

    /// <summary>Groups of a convolution.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Geometry of a convolution or pool; the stride of zeros.</summary>
    public Window2D Window { get; init; }

    /// <summary>Whether a batch norm has a learnt scale and shift.</summary>
    public bool Affine { get; init; } = true;

    /// <summary>Channels of zeros before those of x.</summary>
    public int Before { get; init; }

    /// <summary>Channels of zeros after them.</summary>
    public int After { get; init; }

    /// <summary>Greatest |q| of int8 weights, with which convolutions and factorized reductions have a bias; 0 for floats.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MostWeight { get; init; }

    /// <summary>Step of the source that int8 weights are multiplied with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public float InputStep { get; init; }

    /// <summary>Step of the bytes to which the result is rounded; 0 where it is not, or keeps the bytes of its source.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public float Step { get; init; }

    /// <summary>The byte of the result that is zero.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public byte ZeroPoint { get; init; }

    /// <summary>To which bytes the result is rounded; null where it is not, or keeps the bytes of its source.</summary>
    [JsonIgnore]
    public ByteScale? Rounding => Step > 0 ? new ByteScale(Step, ZeroPoint) : null;
}

using System.Numerics;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// Of which channel of a narrower network each channel of a wider one is the copy, tensor by tensor: every module says its own
/// (<see cref="Module{T}.Widen"/>), so that what a filter reads and what the one before it writes are copies of the same channel
/// (Chen, Goodfellow and Shlens, Net2Net, ICLR 2016).
/// </summary>
/// <param name="random">The random numbers of a draw, by its number.</param>
public sealed class ChannelCopies(Func<int, CounterRandom> random)
{
    private readonly Dictionary<string, (int[]? Outputs, int[]? Inputs)> sources = [];
    private int draws;

    /// <summary>For each of <paramref name="wide"/> channels the one that it copies: itself, or one drawn where it is new.</summary>
    public int[] Draw(int narrow, int wide)
    {
        var draw = random(draws++);
        var channels = new int[wide];
        for (var c = 0; c < wide; c++) channels[c] = c < narrow ? c : draw.NextInt32(narrow);
        return channels;
    }

    /// <summary>
    /// Says what the channels of a filter [O,I,kh,kw] copy, or of a vector [C], which are its inputs; null for each its own.
    /// </summary>
    public void Add<T>(Tensor<T> tensor, int[]? outputs, int[]? inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => sources[tensor.Name] = (outputs, inputs);

    /// <summary>What was said of a tensor; nothing where it keeps its extent.</summary>
    public (int[]? Outputs, int[]? Inputs) Of(string tensor) => sources.GetValueOrDefault(tensor);
}

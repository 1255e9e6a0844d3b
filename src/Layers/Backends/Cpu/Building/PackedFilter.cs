using MIOpenDarts.Layers.Backends.Cpu.Memory;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// A pointwise filter as the right operand of a product, rows padded to whole vectors. With few outputs, <see cref="Group"/>
/// neighbouring pixels form one vector: their filter is block diagonal or, of four or eight channels into as many, that of
/// <see cref="FewChannels{S,V}"/>.
/// </summary>
internal unsafe struct PackedFilter
{
    /// <summary>[Group · inputs][Row] or, for <see cref="FewChannels{S,V}"/>, [inputs][Row].</summary>
    public float* Values;

    /// <summary>Pixels that share a row.</summary>
    public int Group;

    /// <summary>Floats in a row.</summary>
    public int Row;

    /// <summary>Input channels of one pixel.</summary>
    public int Inputs;

    /// <summary>Output channels of one pixel.</summary>
    public int Outputs;

    /// <summary>Whether <see cref="FewChannels{S,V}"/> spreads the inputs of pixels that just fill a vector.</summary>
    public readonly bool IsSpread => Group > 1 && Outputs is 4 or 8 && Inputs == Outputs && Group * Outputs == Row;

    /// <summary>The largest group that fits in a vector and divides the rows of an image.</summary>
    public static PackedFilter For(int inputs, int outputs, int pixels, int vectorWidth)
    {
        var group = Math.Max(1, vectorWidth / outputs);
        while (pixels % group != 0) group--;
        return new PackedFilter
        {
            Group = group,
            Inputs = inputs,
            Outputs = outputs,
            Row = (int)SourceLayout.RoundUp(group * outputs, vectorWidth),
        };
    }

    /// <summary>Rows of <see cref="Values"/>.</summary>
    private readonly int Depth => IsSpread ? Inputs : Group * Inputs;

    /// <summary>Takes the memory.</summary>
    public void LayOut(ref BumpAllocator cursor) => Values = cursor.Take(Depth * Row);

    /// <summary>
    /// Copies from the official layout: element (input, output) is filter[input · <paramref name="inputStep"/> + output ·
    /// <paramref name="outputStep"/>].
    /// </summary>
    public readonly void Pack(float* filter, int inputStep, int outputStep)
    {
        if (IsSpread)
        {
            for (var i = 0; i < Inputs; i++)
                for (var p = 0; p < Row; p++) Values[i * Row + p] = filter[i * inputStep + p % Outputs * outputStep];
            return;
        }

        new Span<float>(Values, Depth * Row).Clear();
        for (var g = 0; g < Group; g++)
            for (var i = 0; i < Inputs; i++)
            {
                var row = Values + (g * Inputs + i) * Row + g * Outputs;
                for (var o = 0; o < Outputs; o++) row[o] = filter[i * inputStep + o * outputStep];
            }
    }
}

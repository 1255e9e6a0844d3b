using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>Adds the groups' partial weight gradients, in group order, to the parameters' gradients in the official layout.</summary>
internal static unsafe class WeightSums<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>diff: [O,I,1,1].</summary>
    public static void Pointwise(in BranchCall b, int groups, float* diff)
    {
        var sums = b.PointwiseSums;
        var packed = b.Backward;
        var inputs = b.Backward.Outputs;
        Add(sums, groups, b.PointwiseFloats);
        for (var g = 0; g < packed.Group; g++)
            for (var o = 0; o < b.Outputs; o++)
            {
                var row = sums + (nint)(g * b.Outputs + o) * packed.Row + g * inputs;
                for (var i = 0; i < inputs; i++) diff[o * inputs + i] += row[i];
            }
    }

    /// <summary>diff: [C,1,kh,kw].</summary>
    public static void Depthwise(in BranchCall b, int groups, in SourceLayout source, float* diff)
    {
        var sums = b.DepthwiseSums;
        var pattern = source.Period * S.Width;
        Add(sums, groups, (nint)b.Taps.Taps * pattern);
        for (var t = 0; t < b.Taps.Taps; t++, sums += pattern)
            for (var j = 0; j < pattern; j += source.Channels)
                for (var c = 0; c < source.Channels; c++) diff[c * b.Taps.Taps + b.Taps.Numbers[t]] += sums[j + c];
    }

    private static void Add(float* sums, int groups, nint length)
    {
        for (var g = 1; g < groups; g++)
        {
            var next = sums + g * length;
            var i = (nint)0;
            for (; i <= length - S.Width; i += S.Width) S.Store(S.Add(S.Load(sums + i), S.Load(next + i)), sums + i);
            for (; i < length; i++) sums[i] += next[i];
        }
    }
}

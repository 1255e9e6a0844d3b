using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>Makes the bordered, rectified copy of an image.</summary>
internal static unsafe class ReluPadCopy<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// The copy of image <paramref name="n"/> in the memory of <paramref name="thread"/>; its border is cleared when the call begins there.
    /// </summary>
    public static float* Image(in SeparableCall call, int n, int thread)
    {
        var source = call.Source;
        var copy = call.Threads + thread * call.FloatsPerThread + call.Rectified;
        if (call.BorderOwner[thread] != call.CallId)
        {
            new Span<float>(copy, (int)source.Floats + S.Width).Clear();
            call.BorderOwner[thread] = call.CallId;
        }

        PadCopy<S, V>.Image<Relu<S, V>>(source, call.SourceAt(n, 0), call.Scale, call.Shift, copy);
        return copy;
    }
}

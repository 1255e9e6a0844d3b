using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;

namespace MIOpenDarts.Layers.Backends.Cpu.Mixing;

/// <summary>
/// Σdy and Σdy·(z_k − mean_k) of every branch, which give the mixing weights' gradient and the way back through every batch norm; an
/// identity's gradient gets weight·dy in the same pass. Item: a group of images.
/// </summary>
internal readonly unsafe struct MixBackward<S, V>(MixCall* call) : IWork
    where S : struct, ISimd<V>
    where V : struct
{
    // Of dy, which stays in the first cache while all branches pass by.
    private const int StripFloats = 16384;
    private readonly MixCall* call = call;

    public void Run(int item, int thread)
    {
        nint pattern = call->Period * S.Width;
        var (rows, channels) = (call->Count + 1, call->Channels);
        var sums = call->ImageSums + thread * (rows + 1) * pattern;
        var totals = call->Sums + (nint)item * rows * channels;
        new Span<double>(totals, rows * channels).Clear();
        var strip = (int)Math.Max(StripFloats / pattern, 1) * (int)pattern;
        var end = (int)((long)(item + 1) * call->Images / call->Groups);
        for (var n = (int)((long)item * call->Images / call->Groups); n < end; n++)
        {
            new Span<float>(sums, (rows + 1) * (int)pattern).Clear();
            for (var i = 0; i < call->Length; i += strip) Strip((nint)n * call->Length + i, Math.Min(strip, call->Length - i), sums);
            for (var k = 0; k < rows; k++) ChannelPattern.Fold(sums + k * pattern, totals + (nint)k * channels, channels, (int)pattern);
        }
    }

    private void Strip(nint start, int length, float* sums)
    {
        var dy = call->Node + start;
        nint pattern = call->Period * S.Width;
        for (var k = 0; k < call->Count; k++)
        {
            // Σdy is the same for all branches: the others' goes where nobody reads it.
            var plain = k == 0 ? sums : sums + (call->Count + 1) * pattern;
            ChannelSums<S, V>.Centred(dy, dy + call->Runs[k].Offset, call->Means + k * pattern, length, call->Period, plain, sums + (k + 1) * pattern);
            if (call->IdentityDiffs[k] != 0) AddScaled(dy, dy + call->IdentityDiffs[k], length, call->Weights[k]);
        }
    }

    private static void AddScaled(float* dy, float* dst, int length, float weight)
    {
        var (i, factor) = (0, S.Broadcast(weight));
        for (; i <= length - S.Width; i += S.Width) S.Store(S.MultiplyAdd(S.Load(dy + i), factor, S.Load(dst + i)), dst + i);
        for (; i < length; i++) dst[i] = MathF.FusedMultiplyAdd(dy[i], weight, dst[i]);
    }
}

using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

// Partial channels (Xu et al. 2020, section 3.1): only the first 1/K of a state's channels goes through the mixed operation; the rest
// bypasses it. Both parts are packed tensors of their own, because a vendor library may be wrong on slices of a larger one. The bodies
// here go over the host: right on every backend, and the specification of the fast forms.
public abstract partial class Backend<T>
{
    /// <summary>
    /// head = the first channels of src, bypass = the others: as they are, or, with <paramref name="taps"/>, the largest of each 2x2
    /// block (stride 2, the last block cut off at the border), of which taps keeps the place (row order, the first of equals; a NaN is
    /// passed on).
    /// src: [N,C,H,W], head: [N,C/K,H,W], bypass: [N,C−C/K,H',W'], taps like bypass, in an order of the backend's own. head, bypass and
    /// taps are overwritten.
    /// </summary>
    public virtual void PartialSplitForward(Tensor<T> src, Tensor<T> head, Tensor<T> bypass, Tensor<byte>? taps)
    {
        var (x, part, rest) = (OnHost(src), new T[head.Shape.Count], new T[bypass.Shape.Count]);
        var chosen = new byte[taps is null ? 0 : bypass.Shape.Count];
        var (shape, block) = (src.Shape, bypass.Shape);
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var plane = x.AsSpan((n * shape.C + c) * shape.Pixels, shape.Pixels);
                var first = (n * block.C + c - head.Shape.C) * block.Pixels;
                if (c < head.Shape.C) plane.CopyTo(part.AsSpan((n * head.Shape.C + c) * shape.Pixels));
                else if (taps is null) plane.CopyTo(rest.AsSpan(first));
                else
                    for (var i = 0; i < block.Pixels; i++)
                        (rest[first + i], chosen[first + i]) = LargestOfBlock(plane, shape, i / block.W, i % block.W);
            }

        WriteImages(part, head);
        WriteImages(rest, bypass);
        if (taps is not null) Upload<byte>(chosen, taps);
    }

    /// <summary>
    /// diffSrc (+)= the gradients of both parts, that of a pooled bypass at the place that taps has kept. Shapes as in
    /// <see cref="PartialSplitForward"/>.
    /// </summary>
    public virtual void PartialSplitBackward(Tensor<T> diffHead, Tensor<T> diffBypass, Tensor<byte>? taps, Tensor<T> diffSrc,
        bool accumulate)
    {
        var (part, rest, chosen) = (OnHost(diffHead), OnHost(diffBypass), new byte[taps is null ? 0 : diffBypass.Shape.Count]);
        if (taps is not null) Download(taps, chosen.AsSpan());
        var x = accumulate ? OnHost(diffSrc) : new T[diffSrc.Shape.Count];
        var (shape, block, heads) = (diffSrc.Shape, diffBypass.Shape, diffHead.Shape.C);
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var plane = x.AsSpan((n * shape.C + c) * shape.Pixels, shape.Pixels);
                var (from, first, pixels) = c < heads
                    ? (part, (n * heads + c) * shape.Pixels, shape.Pixels)
                    : (rest, (n * block.C + c - heads) * block.Pixels, block.Pixels);
                for (var i = 0; i < pixels; i++)
                {
                    var at = c < heads || taps is null ? i : BlockPixel(shape, i / block.W, i % block.W, chosen[first + i]);
                    plane[at] += from[first + i];
                }
            }

        WriteImages(x, diffSrc);
    }

    /// <summary>
    /// dst = mixed and bypass side by side in the channels, shuffled in K groups: channel i·K + g of dst is channel g·C/K + i of the
    /// two. mixed: [N,C/K,H,W], bypass: [N,C−C/K,H,W], dst: [N,C,H,W].
    /// </summary>
    public virtual void PartialMergeForward(Tensor<T> mixed, Tensor<T> bypass, Tensor<T> dst)
    {
        var (part, rest, y, shape) = (OnHost(mixed), OnHost(bypass), new T[dst.Shape.Count], dst.Shape);
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var (ofMixed, channel, channels) = BeforeShuffle(c, mixed.Shape.C, shape.C);
                (ofMixed ? part : rest).AsSpan((n * channels + channel) * shape.Pixels, shape.Pixels).CopyTo(
                    y.AsSpan((n * shape.C + c) * shape.Pixels));
            }

        WriteImages(y, dst);
    }

    /// <summary>diffMixed, diffBypass = their channels of diffDst. Shapes as in <see cref="PartialMergeForward"/>.</summary>
    public virtual void PartialMergeBackward(Tensor<T> diffDst, Tensor<T> diffMixed, Tensor<T> diffBypass)
    {
        var (y, part, rest, shape) = (OnHost(diffDst), new T[diffMixed.Shape.Count], new T[diffBypass.Shape.Count], diffDst.Shape);
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var (ofMixed, channel, channels) = BeforeShuffle(c, diffMixed.Shape.C, shape.C);
                y.AsSpan((n * shape.C + c) * shape.Pixels, shape.Pixels).CopyTo(
                    (ofMixed ? part : rest).AsSpan((n * channels + channel) * shape.Pixels));
            }

        WriteImages(part, diffMixed);
        WriteImages(rest, diffBypass);
    }

    private T[] OnHost(Tensor<T> tensor)
    {
        var values = new T[tensor.Shape.Count];
        ReadImages(tensor, values);
        return values;
    }

    private static (bool OfMixed, int Channel, int Channels) BeforeShuffle(int c, int mixed, int all)
    {
        var groups = all / mixed;
        var source = c % groups * mixed + c / groups;
        return source < mixed ? (true, source, mixed) : (false, source - mixed, all - mixed);
    }

    private static int BlockPixel(Shape src, int h, int w, int tap) => (2 * h + tap / 2) * src.W + 2 * w + tap % 2;

    private static (T Value, byte Tap) LargestOfBlock(ReadOnlySpan<T> plane, Shape src, int h, int w)
    {
        var (best, tap) = (plane[BlockPixel(src, h, w, 0)], (byte)0);
        for (byte t = 1; t < 4; t++)
        {
            if (2 * h + t / 2 >= src.H || 2 * w + t % 2 >= src.W) continue;
            var value = plane[BlockPixel(src, h, w, t)];
            if (value > best || T.IsNaN(value)) (best, tap) = (value, t);
        }

        return (best, tap);
    }
}

// Partial channels: the first `heads` channels of a state go through operations, the others bypass them; at stride 2 through a 2x2 max
// pool whose last block is cut off at the border. Then both parts are put together again, shuffled in channels / heads groups.
struct PartialChannels { int images, channels, heads, height, width, out_height, out_width; };

// y = 0 of the grid is the head, y = 1 the bypass; without taps there is no pool.
KERNEL partial_split_forward(const float* src, float* head, float* bypass, unsigned char* taps, PartialChannels p)
{
    const int i = pixel(), pixels = p.height * p.width;
    if (blockIdx.y == 0)
    {
        const int size = p.heads * pixels;
        if (i < p.images * size) head[i] = src[i / size * p.channels * pixels + i % size];
        return;
    }
    const int out = p.out_height * p.out_width, size = (p.channels - p.heads) * out;
    if (i >= p.images * size) return;
    const float* plane = src + (i / size * p.channels + p.heads + i % size / out) * pixels;
    if (!taps)
    {
        bypass[i] = plane[i % out];
        return;
    }
    const int h = i % out / p.out_width * 2, w = i % p.out_width * 2;
    float best = plane[h * p.width + w];
    int tap = 0;
    for (int t = 1; t < 4; t++)
    {
        if (h + t / 2 >= p.height || w + t % 2 >= p.width) continue;
        const float value = plane[(h + t / 2) * p.width + w + t % 2];
        // The first in row order wins a tie, and a NaN is passed on.
        if (value > best || value != value) best = value, tap = t;
    }
    bypass[i] = best;
    taps[i] = (unsigned char)tap;
}

KERNEL partial_split_backward(
    const float* diff_head, const float* diff_bypass, const unsigned char* taps, float* diff_src, int accumulate, PartialChannels p)
{
    const int i = pixel(), pixels = p.height * p.width;
    if (blockIdx.y == 0)
    {
        const int size = p.heads * pixels;
        if (i < p.images * size) store(diff_src + i / size * p.channels * pixels + i % size, diff_head[i], accumulate);
        return;
    }
    const int size = (p.channels - p.heads) * pixels;
    if (i >= p.images * size) return;
    float value;
    if (taps)
    {
        const int h = i % pixels / p.width, w = i % p.width;
        const int from = i / pixels * p.out_height * p.out_width + h / 2 * p.out_width + w / 2;
        value = taps[from] == h % 2 * 2 + w % 2 ? diff_bypass[from] : 0.0f;
    }
    else value = diff_bypass[i];
    store(diff_src + i / size * p.channels * pixels + p.heads * pixels + i % size, value, accumulate);
}

// The channel that channel c of the shuffled whole was, counted through the head and then the bypass.
__device__ inline int before_shuffle(int c, PartialChannels p)
{
    const int groups = p.channels / p.heads;
    return c % groups * p.heads + c / groups;
}

KERNEL partial_merge_forward(const float* mixed, const float* bypass, float* dst, PartialChannels p)
{
    const int i = pixel(), pixels = p.height * p.width;
    if (i >= p.images * p.channels * pixels) return;
    const int n = i / pixels / p.channels, from = before_shuffle(i / pixels % p.channels, p);
    dst[i] = from < p.heads ? mixed[(n * p.heads + from) * pixels + i % pixels]
                            : bypass[(n * (p.channels - p.heads) + from - p.heads) * pixels + i % pixels];
}

KERNEL partial_merge_backward(const float* diff_dst, float* diff_mixed, float* diff_bypass, PartialChannels p)
{
    const int i = pixel(), pixels = p.height * p.width;
    if (i >= p.images * p.channels * pixels) return;
    const int n = i / pixels / p.channels, to = before_shuffle(i / pixels % p.channels, p);
    if (to < p.heads) diff_mixed[(n * p.heads + to) * pixels + i % pixels] = diff_dst[i];
    else diff_bypass[(n * (p.channels - p.heads) + to - p.heads) * pixels + i % pixels] = diff_dst[i];
}

struct PoolWindow { int kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w, dilation; };
struct PoolShape { int height, width, out_height, out_width; };

// How many of a window's rows (or columns) lie inside.
__device__ inline int inside(int first, int taps, int dilation, int extent)
{
    int n = 0;
    for (int k = 0; k < taps; k++) n += (unsigned)(first + k * dilation) < (unsigned)extent;
    return n;
}

// The gradient of both pools at one source pixel, gathered from the windows that reach it. Either gradient may be null.
__device__ inline float gather(
    int h, int x, const float* diff_max, const unsigned char* indices, const float* diff_average, const PoolWindow& w, const PoolShape& p)
{
    float sum = 0;
    for (int kh = 0; kh < w.kernel_h; kh++)
    {
        const int row = h + w.padding_h - kh * w.dilation, oh = row / w.stride_h;
        if (row < 0 || oh * w.stride_h != row || oh >= p.out_height) continue;
        for (int kw = 0; kw < w.kernel_w; kw++)
        {
            const int column = x + w.padding_w - kw * w.dilation, ow = column / w.stride_w;
            if (column < 0 || ow * w.stride_w != column || ow >= p.out_width) continue;
            const int at = oh * p.out_width + ow;
            if (diff_max && indices[at] == kh * w.kernel_w + kw) sum += diff_max[at];
            if (diff_average)
                sum += diff_average[at] / (inside(oh * w.stride_h - w.padding_h, w.kernel_h, w.dilation, p.height)
                    * inside(ow * w.stride_w - w.padding_w, w.kernel_w, w.dilation, p.width));
        }
    }
    return sum;
}

// Adds the gradient of both pools to the source's. Grid: pixels of all source planes.
KERNEL pools_backward(
    const float* diff_max, const unsigned char* indices, const float* diff_average, float* diff_src, PoolWindow w, PoolShape p, int count)
{
    const int i = pixel();
    if (i >= count) return;
    const int size = p.height * p.width, inner = i % size;
    const long long out = (long long)(i / size) * p.out_height * p.out_width;
    diff_src[i] += gather(inner / p.width, inner % p.width, diff_max ? diff_max + out : nullptr, indices + out,
        diff_average ? diff_average + out : nullptr, w, p);
}

// Both pools of a state, or one where the other is null, and their statistics over THREADS pixels. The first largest in row order counts,
// and a NaN is passed on. Grid: output pixels, channels. partials: [C][groups].
KERNEL pools_forward(const float* src, float* max, unsigned char* indices, float* average, float2* max_partial, float2* average_partial,
    PoolWindow w, PoolShape p, int channels, int count)
{
    __shared__ float scratch[THREADS];
    const int q = pixel(), c = blockIdx.y, out = p.out_height * p.out_width;
    const bool valid = q < count;
    float best = -__builtin_inff(), sum = 0;
    if (valid)
    {
        const int oh = q % out / p.out_width, ow = q % out % p.out_width;
        const long long plane = (long long)(q / out) * channels + c, at = plane * out + q % out;
        const float* x = src + plane * p.height * p.width;
        int tap = 0, number = 0;
        for (int kh = 0; kh < w.kernel_h; kh++)
            for (int kw = 0; kw < w.kernel_w; kw++)
            {
                const int h = oh * w.stride_h - w.padding_h + kh * w.dilation, v = ow * w.stride_w - w.padding_w + kw * w.dilation;
                if ((unsigned)h >= (unsigned)p.height || (unsigned)v >= (unsigned)p.width) continue;
                const float value = x[h * p.width + v];
                sum += value;
                number++;
                if (!(value > best) && value == value) continue;
                best = value;
                tap = kh * w.kernel_w + kw;
            }
        sum /= number;
        if (max)
        {
            max[at] = best;
            indices[at] = (unsigned char)tap;
        }
        if (average) average[at] = sum;
    }
    if (!max_partial) return;
    const int here = min(THREADS, count - (int)blockIdx.x * THREADS), place = c * gridDim.x + blockIdx.x;
    if (max) statistics_of_group(best, here, scratch, max_partial + place);
    if (average) statistics_of_group(sum, here, scratch, average_partial + place);
}

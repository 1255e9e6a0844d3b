// Values rounded to what bytes hold, and the straight-through gradient. src: [N,C,P], bias: [C] or null.

__device__ inline float steps_of(const float* src, const float* bias, int i, int channels, int pixels, float step)
{
    const float x = bias ? src[i] + bias[i / pixels % channels] : src[i];
    return rintf(x / step);
}

KERNEL quantise_forward(const float* src, const float* bias, float* dst, float step, float low, float high, int channels, int pixels,
    int count)
{
    const int i = pixel();
    if (i >= count) return;
    const float steps = steps_of(src, bias, i, channels, pixels, step);
    dst[i] = step * (steps < low ? low : steps > high ? high : steps);
}

KERNEL quantise_backward(const float* src, const float* bias, const float* diff_dst, float* diff_src, float step, float low, float high,
    int channels, int pixels, int accumulate, int count)
{
    const int i = pixel();
    if (i >= count) return;
    const float steps = steps_of(src, bias, i, channels, pixels, step);
    store(diff_src + i, steps >= low && steps <= high ? diff_dst[i] : 0.0f, accumulate);
}

// diff_bias[c] += Σ over images and pixels of diff[n][c]. Grid: channels. count: N·P.
KERNEL quantise_bias(const float* diff, float* diff_bias, int channels, int pixels, int count)
{
    __shared__ double scratch[THREADS];
    double sum = 0;
    for (int q = threadIdx.x; q < count; q += THREADS) sum += diff[(q / pixels * channels + blockIdx.x) * pixels + q % pixels];
    sum = sum_of_group(sum, scratch);
    if (threadIdx.x == 0) diff_bias[blockIdx.x] = (float)(diff_bias[blockIdx.x] + sum);
}

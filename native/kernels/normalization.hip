// Batch norm: statistics, application, gradient. Work-groups take STATISTICS_PIXELS of a channel, STATISTICS_ROUNDS a thread.

__device__ inline long long place(int q, int channel, int channels, int pixels)
{
    return ((long long)(q / pixels) * channels + channel) * pixels + q % pixels;
}

// Grid: groups of pixels, channels. partial: [C][groups] of mean and squared deviations.
KERNEL statistics_partial(const float* src, float2* partial, int channels, int pixels, int count)
{
    __shared__ float scratch[THREADS];
    const int first = blockIdx.x * STATISTICS_PIXELS, here = min(STATISTICS_PIXELS, count - first);
    float x[STATISTICS_ROUNDS], sum = 0, squares = 0;
#pragma unroll
    for (int j = 0; j < STATISTICS_ROUNDS; j++)
    {
        const int q = j * THREADS + threadIdx.x;
        x[j] = q < here ? src[place(first + q, blockIdx.y, channels, pixels)] : 0.0f;
        sum += x[j];
    }
    const float mean = sum_of_group(sum, scratch) / here;
#pragma unroll
    for (int j = 0; j < STATISTICS_ROUNDS; j++)
    {
        const float d = j * THREADS + threadIdx.x < here ? x[j] - mean : 0.0f;
        squares += d * d;
    }
    squares = sum_of_group(squares, scratch);
    if (threadIdx.x == 0) partial[blockIdx.y * gridDim.x + blockIdx.x] = make_float2(mean, squares);
}

struct Statistic
{
    const float2* partial; // [C][groups] of groups with `size` pixels each, `count` together
    float *mean, *inverse, *running_mean, *running_variance;
    int channels, groups, size, count;
};
struct StatisticTable { Statistic of[STATISTICS]; };

static_assert((FINISH_THREADS & (FINISH_THREADS - 1)) == 0, "sum_of_finish halves its threads until one is left");

// Sum over FINISH_THREADS threads, to all of them.
__device__ inline double sum_of_finish(double value, double* scratch)
{
    __syncthreads();
    scratch[threadIdx.x] = value;
    for (int half = FINISH_THREADS / 2; half > 0; half /= 2)
    {
        __syncthreads();
        if (threadIdx.x < half) scratch[threadIdx.x] += scratch[threadIdx.x + half];
    }
    __syncthreads();
    return scratch[0];
}

// Moments of the groups together: those of their means, weighted by their pixels, and the sum of their own. Two passes, and no division a
// group. Grid: channels, tensors. FINISH_THREADS threads.
KERNEL statistics_finish(StatisticTable t)
{
    __shared__ double scratch[FINISH_THREADS];
    const Statistic& s = t.of[blockIdx.y];
    const int c = blockIdx.x;
    if (c >= s.channels) return;
    const float2* partial = s.partial + c * s.groups;
    double sum = 0, squares = 0;
    for (int g = threadIdx.x; g < s.groups; g += FINISH_THREADS) sum += min(s.size, s.count - g * s.size) * (double)partial[g].x;
    const double mean = sum_of_finish(sum, scratch) / s.count;
    for (int g = threadIdx.x; g < s.groups; g += FINISH_THREADS)
    {
        const float2 p = partial[g];
        const double d = p.x - mean;
        squares += p.y + min(s.size, s.count - g * s.size) * d * d;
    }
    squares = sum_of_finish(squares, scratch);
    if (threadIdx.x != 0) return;
    s.mean[c] = (float)mean;
    s.inverse[c] = (float)(1 / sqrt(squares / s.count + BATCH_NORM_EPSILON));
    s.running_mean[c] = (float)((1 - BATCH_NORM_MOMENTUM) * s.running_mean[c] + BATCH_NORM_MOMENTUM * mean);
    const double unbiased = squares / (s.count > 1 ? s.count - 1 : 1);
    s.running_variance[c] = (float)((1 - BATCH_NORM_MOMENTUM) * s.running_variance[c] + BATCH_NORM_MOMENTUM * unbiased);
}

// The running statistics become the active ones. Grid: channels / THREADS, tensors.
KERNEL statistics_inference(StatisticTable t)
{
    const Statistic& s = t.of[blockIdx.y];
    const int c = pixel();
    if (c >= s.channels) return;
    s.mean[c] = s.running_mean[c];
    s.inverse[c] = (float)(1 / sqrt(s.running_variance[c] + BATCH_NORM_EPSILON));
}

// Grid: pixels, channels.
KERNEL normalization_forward(
    const float* src, const float* mean, const float* inverse, const float* scale, const float* shift, float* dst, int channels, int pixels,
    int count)
{
    const int q = pixel(), c = blockIdx.y;
    if (q >= count) return;
    const long long at = place(q, c, channels, pixels);
    const float normalized = (src[at] - mean[c]) * inverse[c];
    dst[at] = scale ? scale[c] * normalized + shift[c] : normalized;
}

// Σ dy and Σ dy·(x − mean) of a group of pixels of a channel. sums, products: [C][groups]. A null mean is zero.
KERNEL gradient_partial(
    const float* src, const float* mean, const float* diff_dst, float* sums, float* products, int channels, int pixels, int count)
{
    __shared__ float scratch[THREADS];
    const int first = blockIdx.x * STATISTICS_PIXELS, c = blockIdx.y;
    const float m = mean ? mean[c] : 0.0f;
    float sum = 0, product = 0;
#pragma unroll
    for (int j = 0; j < STATISTICS_ROUNDS; j++)
    {
        const int q = first + j * THREADS + threadIdx.x;
        if (q >= count) continue;
        const long long at = place(q, c, channels, pixels);
        const float dy = diff_dst[at];
        sum += dy;
        product += dy * (src[at] - m);
    }
    sum = sum_of_group(sum, scratch);
    product = sum_of_group(product, scratch);
    if (threadIdx.x != 0) return;
    sums[c * gridDim.x + blockIdx.x] = sum;
    products[c * gridDim.x + blockIdx.x] = product;
}

struct GradientTerm
{
    const float *sums, *products, *mean, *inverse;
    float *gradient_dy, *gradient_z, *gradient_constant; // null for an identity, which only has a mixing weight
    int index;   // of its mixing weight; negative for weight one
    int applied; // whether the value is normalised already
};
struct GradientTable
{
    GradientTerm terms[GRADIENT_TERMS];
    const float* weights;
    float* diff_weights;
    const float* scale;            // γ, or null
    float *diff_gamma, *diff_beta; // or null
    int channels, groups, count;
};

// From the partial sums: dz = gradient_dy·dy + gradient_z·z + gradient_constant, and the mixing weight's gradient.
// One work-group for each tensor.
KERNEL gradient_finish(GradientTable t)
{
    __shared__ double scratch[2 * THREADS];
    const GradientTerm& g = t.terms[blockIdx.x];
    const double weight = g.index < 0 ? 1.0 : (double)t.weights[g.index];
    const int row = threadIdx.x / 16, part = threadIdx.x % 16;
    double total = 0;
    for (int first = 0; first < t.channels; first += 16)
    {
        const int c = first + row;
        double sum = 0, product = 0;
        if (c < t.channels)
            for (int j = part; j < t.groups; j += 16)
            {
                sum += g.sums[c * t.groups + j];
                product += g.products[c * t.groups + j];
            }
        __syncthreads();
        scratch[threadIdx.x] = sum;
        scratch[THREADS + threadIdx.x] = product;
        __syncthreads();
        if (part != 0 || c >= t.channels) continue;
        for (int j = 1; j < 16; j++)
        {
            sum += scratch[threadIdx.x + j];
            product += scratch[THREADS + threadIdx.x + j];
        }
        if (!g.gradient_dy)
        {
            total += product;
            continue;
        }
        // After a batch norm that was applied in place, the value is its own normalised one and the deviation one more factor.
        const double mean = g.applied ? 0.0 : (double)g.mean[c], inverse = g.applied ? 1.0 : (double)g.inverse[c];
        const double factor = (t.scale ? t.scale[c] : weight) * (g.applied ? g.inverse[c] : 1.0f);
        product *= inverse;
        total += product;
        const double of_z = -factor * inverse * inverse * product / t.count;
        g.gradient_dy[c] = (float)(factor * inverse);
        g.gradient_z[c] = (float)of_z;
        g.gradient_constant[c] = (float)(-factor * inverse * sum / t.count - of_z * mean);
        if (t.diff_gamma) t.diff_gamma[c] = (float)(t.diff_gamma[c] + product);
        if (t.diff_beta) t.diff_beta[c] = (float)(t.diff_beta[c] + sum);
    }
    if (!t.diff_weights || g.index < 0) return;
    total = sum_of_group(total, scratch);
    if (threadIdx.x == 0) t.diff_weights[g.index] = (float)(t.diff_weights[g.index] + total);
}

#include "diffs.hip"

// dst (+)= Σ dz over tensors that share z.
__device__ inline void diff_of(const DiffTable& t)
{
    const int q = pixel(), c = blockIdx.y;
    if (q >= t.count) return;
    const long long at = place(q, c, t.channels, t.pixels);
    float sum = 0;
    for (int k = 0; k < t.used; k++)
    {
        const DiffTerm& d = t.terms[k];
        sum += d.gradient_dy[c] * d.diff[at] + (d.gradient_z[c] * d.value[at] + d.gradient_constant[c]);
    }
    store(t.dst + at, sum, t.accumulate);
}

// Grid: pixels, channels.
KERNEL normalization_diff(DiffTable t) { diff_of(t); }

// Of two values at once. Grid: pixels, channels, 2.
KERNEL normalization_diff_pair(DiffTable first, DiffTable second)
{
    if (blockIdx.z == 0) diff_of(first);
    else diff_of(second);
}

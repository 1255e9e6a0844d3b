// Convolutions that look at one channel at a time (depthwise) or at one pixel at a time (pointwise), alone and one after the other, for
// several branches at once. Work-groups take THREADS pixels; filters and statistics come through the scalar cache. Where branches share a
// source or tiles share an operand, groups of pixels are the slowest axis of the grid, so that those work-groups run side by side and find
// it in L2.
#include "branches.hip"
#include "buffers.hip"

struct Pixel { int image, row, column, inner; };

__device__ inline Pixel locate(int q, int height, int width)
{
    const int pixels = height * width, inner = q % pixels;
    return {q / pixels, inner / width, inner % width, inner};
}

// u: one output of the depthwise convolution of channel c (of the 1x1 one with weight one where there is no filter).
__device__ inline float depthwise_at(const Branch& b, const Pixel& p, int c)
{
    const float* plane = b.src + ((long long)p.image * b.inputs + c) * b.height * b.width;
    const Uniform filter = uniform(b.depthwise) + c * b.kernel_h * b.kernel_w;
    const Reader read(b, c);
    const int h0 = p.row * b.stride_h - b.padding_h, w0 = p.column * b.stride_w - b.padding_w;
    float sum = 0;
    for (int kh = 0; kh < b.kernel_h; kh++)
        for (int kw = 0; kw < b.kernel_w; kw++)
        {
            const int h = h0 + kh * b.dilation, w = w0 + kw * b.dilation;
            const float weight = b.depthwise ? filter[kh * b.kernel_w + kw] : 1.0f;
            if ((unsigned)h < (unsigned)b.height && (unsigned)w < (unsigned)b.width) sum += weight * read(plane[h * b.width + w]);
        }
    return sum;
}

__device__ inline float diff_at(const Branch& b, const Pixel& p, int o)
{
    const long long at = ((long long)p.image * b.channels + o) * b.out_height * b.out_width + p.inner;
    if (!b.gradient_dy) return b.diff[at];
    return uniform(b.gradient_dy)[o] * b.diff[at] + (uniform(b.gradient_z)[o] * b.value[at] + uniform(b.gradient_constant)[o]);
}

// Grid: tiles of O output channels, branches, output pixels.
template <int O>
__device__ inline void forward(const BranchTable& t)
{
    __shared__ float rows[ROWS * PITCH];
    const Branch& b = t.branches[blockIdx.y];
    const int count = t.images * b.out_height * b.out_width, first = blockIdx.z * THREADS, o0 = blockIdx.x * O;
    if (first >= count || o0 >= b.outputs) return;
    const int q = first + threadIdx.x, here = min(THREADS, count - first), last = b.outputs - 1 - o0;
    float sums[O];
#pragma unroll
    for (int o = 0; o < O; o++) sums[o] = 0;
    const Pixel p = locate(min(q, count - 1), b.out_height, b.out_width);
    // Zero behind the last output.
    const Descriptor weights = descriptor(b.pointwise, b.outputs * b.inputs);
    for (int c = 0; c < b.inputs; c++)
    {
        const float u = depthwise_at(b, p, c);
        // Hidden from the compiler, which would else keep the offsets of all outputs in more scalar registers than there are.
        int row = b.inputs * FLOAT;
        asm volatile("" : "+s"(row));
        int at = o0 * row + c * FLOAT;
#pragma unroll
        for (int o = 0; o < O; o++, at += row) sums[o] += scalar_load(weights, at, 0) * u;
    }
    if (q < count)
    {
        float* z = b.value + ((long long)p.image * b.channels + o0) * b.out_height * b.out_width + p.inner;
#pragma unroll
        for (int o = 0; o < O; o++)
            if (o <= last) z[o * b.out_height * b.out_width] = sums[o];
    }
    if (!t.statistics) return;
    const int groups = (count + THREADS - 1) / THREADS;
#pragma unroll
    for (int o = 0; o < O; o += ROWS)
    {
        float tile[ROWS];
#pragma unroll
        for (int k = 0; k < ROWS; k++) tile[k] = sums[o + k];
        const float2 moments = statistics16(tile, here, rows);
        const int k = o + threadIdx.x / 16;
        if (threadIdx.x % 16 == 0 && k <= last) ((float2*)b.partial)[(o0 + k) * groups + blockIdx.z] = moments;
    }
}

KERNEL separable_forward_16(BranchTable t) { forward<16>(t); }
KERNEL separable_forward_32(BranchTable t) { forward<32>(t); }
KERNEL separable_forward_64(BranchTable t) { forward<64>(t); }

// Depthwise alone. Grid: output pixels, branches, channels.
KERNEL depthwise_forward(BranchTable t)
{
    const Branch& b = t.branches[blockIdx.y];
    const int q = pixel(), c = blockIdx.z;
    if (q >= t.images * b.out_height * b.out_width || c >= b.inputs) return;
    const Pixel p = locate(q, b.out_height, b.out_width);
    b.value[((long long)p.image * b.channels + c) * b.out_height * b.out_width + p.inner] = depthwise_at(b, p, c);
}

static_assert(POINTWISE_TILE == 16, "separable_diff_pointwise has tiles of 16 x 16");
#define TILE 64
static_assert(POINTWISE_PIXELS % TILE == 0, "work-groups must not share a tile of pixels");

// dW[o][c] = Σ dz[o]·u[c] over POINTWISE_PIXELS, a tile of 16 x 16 (POINTWISE_TILE): four sets of 64 threads take every fourth pixel, each
// thread 2 x 2 products. Grid: tiles of outputs · tiles of inputs, branches, groups of pixels.
KERNEL separable_diff_pointwise(BranchTable t)
{
    __shared__ float dz[16][TILE + 1], u[16][TILE + 1], total[4][16][17];
    const Branch& b = t.branches[blockIdx.y];
    const int count = t.images * b.out_height * b.out_width, first = blockIdx.z * POINTWISE_PIXELS, tiles = (b.inputs + 15) / 16;
    const int o0 = blockIdx.x / tiles * 16, c0 = blockIdx.x % tiles * 16, set = threadIdx.x / TILE, lane = threadIdx.x % TILE;
    if (first >= count || o0 >= b.outputs) return;
    const int o = lane / 8 * 2, c = lane % 8 * 2;
    float s00 = 0, s01 = 0, s10 = 0, s11 = 0;
    for (int start = first; start < min(first + POINTWISE_PIXELS, count); start += TILE)
    {
        const bool valid = start + lane < count;
        const Pixel p = locate(valid ? start + lane : 0, b.out_height, b.out_width);
        __syncthreads();
        for (int k = set; k < 16; k += 4)
        {
            dz[k][lane] = valid && o0 + k < b.outputs ? diff_at(b, p, min(o0 + k, b.outputs - 1)) : 0.0f;
            u[k][lane] = valid && c0 + k < b.inputs ? depthwise_at(b, p, min(c0 + k, b.inputs - 1)) : 0.0f;
        }
        __syncthreads();
#pragma unroll 4
        for (int j = 0; j < TILE / 4; j++)
        {
            const int at = set * (TILE / 4) + j;
            s00 += dz[o][at] * u[c][at];
            s01 += dz[o][at] * u[c + 1][at];
            s10 += dz[o + 1][at] * u[c][at];
            s11 += dz[o + 1][at] * u[c + 1][at];
        }
    }
    total[set][o][c] = s00;
    total[set][o][c + 1] = s01;
    total[set][o + 1][c] = s10;
    total[set][o + 1][c + 1] = s11;
    __syncthreads();
    const int row = threadIdx.x / 16, column = threadIdx.x % 16;
    if (o0 + row >= b.outputs || c0 + column >= b.inputs) return;
    b.partial[((long long)blockIdx.z * b.outputs + o0 + row) * b.inputs + c0 + column] =
        total[0][row][column] + total[1][row][column] + total[2][row][column] + total[3][row][column];
}

// Output index whose window reaches x with this tap, or -1.
__device__ inline int reached(int x, int stride, int extent)
{
    if (x < 0) return -1;
    const int at = stride == 1 ? x : stride == 2 ? x >> 1 : x / stride;
    return at * stride == x && at < extent ? at : -1;
}

static_assert(SOURCE_PIXELS % THREADS == 0, "each thread takes as many pixels as any other");
#define SOURCE_ROUNDS (SOURCE_PIXELS / THREADS)

// dx over all branches of a source, masked by the ReLU, and, where a branch wants its filter's gradient, Σ x·du for each of its taps: du is
// read once for both. SOURCE_ROUNDS pixels a thread. Grid: groups of SOURCE_PIXELS, sources, channels.
template <bool Filters>
__device__ inline void diff_source(const BranchTable& t)
{
    __shared__ float rows[Filters ? ROWS * PITCH : THREADS];
    const BranchSource& s = t.sources[blockIdx.y];
    const Branch& shared = t.branches[s.first];
    const int c = blockIdx.z, pixels = shared.height * shared.width, count = t.images * pixels, first = blockIdx.x * SOURCE_PIXELS;
    if (c >= shared.inputs || first >= count) return;
    const Reader read(shared, c);
    Pixel p[SOURCE_ROUNDS];
    float x[SOURCE_ROUNDS], y[SOURCE_ROUNDS], dx[SOURCE_ROUNDS];
#pragma unroll
    for (int j = 0; j < SOURCE_ROUNDS; j++)
    {
        const int q = first + j * THREADS + threadIdx.x;
        p[j] = locate(min(q, count - 1), shared.height, shared.width);
        x[j] = Filters || shared.rectified ? shared.src[((long long)p[j].image * shared.inputs + c) * pixels + p[j].inner] : 0.0f;
        y[j] = read(x[j]);
        dx[j] = 0;
        // So far outside that no window reaches it.
        if (q >= count) p[j].row = -(1 << 24);
    }
    for (int k = s.first; k < s.first + s.count; k++)
    {
        const Branch& b = t.branches[k];
        const int out = b.out_height * b.out_width, taps = b.kernel_h * b.kernel_w;
        const float* du = b.middle + (long long)c * out;
        const Uniform filter = uniform(b.depthwise) + c * taps;
        int kh = 0, kw = 0;
        for (int tap0 = 0; tap0 < taps; tap0 += ROWS)
        {
            if (Filters) __syncthreads();
            // One tap after the other: unrolled they are larger than the instruction cache.
#pragma unroll 1
            for (int tap = 0; tap < min(ROWS, taps - tap0); tap++)
            {
                float products = 0;
                const float weight = b.depthwise ? filter[tap0 + tap] : 1.0f;
#pragma unroll
                for (int j = 0; j < SOURCE_ROUNDS; j++)
                {
                    const int oh = reached(p[j].row + b.padding_h - kh * b.dilation, b.stride_h, b.out_height);
                    const int ow = reached(p[j].column + b.padding_w - kw * b.dilation, b.stride_w, b.out_width);
                    if (oh < 0 || ow < 0) continue;
                    const float d = du[(long long)p[j].image * b.inputs * out + oh * b.out_width + ow];
                    dx[j] += weight * d;
                    products += y[j] * d;
                }
                if (Filters) rows[tap * PITCH + threadIdx.x] = products;
                if (++kw < b.kernel_w) continue;
                kw = 0;
                kh++;
            }
            if (!Filters || !b.partial_depthwise) continue;
            const float sum = sum_of_rows(rows);
            const int tap = tap0 + threadIdx.x / 16;
            if (threadIdx.x % 16 == 0 && tap < taps) b.partial_depthwise[((long long)blockIdx.x * b.inputs + c) * taps + tap] = sum;
        }
    }
    if (!s.diff) return;
    float sum = 0, product = 0;
#pragma unroll
    for (int j = 0; j < SOURCE_ROUNDS; j++)
    {
        if (p[j].row < 0) continue;
        if (shared.rectified)
        {
            const float centred = x[j] - read.mean;
            if (!(centred > 0)) dx[j] = 0;
            product += dx[j] * centred;
        }
        sum += dx[j];
        store(s.diff + ((long long)p[j].image * shared.inputs + c) * pixels + p[j].inner, dx[j], s.accumulate);
    }
    if (!s.sums) return;
    const int groups = (count + SOURCE_PIXELS - 1) / SOURCE_PIXELS, place = c * groups + blockIdx.x;
    sum = sum_of_group(sum, rows);
    product = sum_of_group(product, rows);
    if (threadIdx.x != 0) return;
    s.sums[place] = sum;
    s.products[place] = product;
}

KERNEL separable_diff_source(BranchTable t) { diff_source<false>(t); }
KERNEL separable_diff_source_filters(BranchTable t) { diff_source<true>(t); }

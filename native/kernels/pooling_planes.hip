// What pooling.hip computes with a 3 x 3 window that moves by one pixel, the gradient by two pixels too, for sources of at most 32 x 32
// pixels whose rows are whole quads. A work-group takes whole planes of a channel (planes.hip). Grid: groups of images, channels.
// PlaneForm.cs decides which pools fit.
#include "planes.hip"
#include "diffs.hip"

typedef Window<3, 1> Pool3;
typedef int Taps __attribute__((ext_vector_type(4)));

// One over how many of three neighbours lie inside.
__device__ inline float share(int at, int extent)
{
    const int n = 1 + (at > 0) + (at + 1 < extent);
    return n == 3 ? 1.0f / 3 : n == 2 ? 0.5f : 1.0f;
}

// Of the means over the windows of a quad.
__device__ inline Quad shares(int row, int column, int height, int width)
{
    Quad s;
#pragma unroll
    for (int j = 0; j < 4; j++) s[j] = share(row, height) * share(column + j, width);
    return s;
}

// Four bytes lie at a fourth of a quad's place.
__device__ inline int bytes_at(const QuadAt& at) { return at.valid > 0 ? at.offset / FLOAT : OUTSIDE; }

__device__ inline float sum_of_quad(Quad q) { return (q.x + q.y) + (q.z + q.w); }

// Mean and sum of squared deviations of a group's `count` pixels; inside: whether this thread has some of them.
__device__ inline void statistics_of_quads(Quad q, bool inside, int count, float* scratch, float2* result)
{
    const float mean = sum_of_group(inside ? sum_of_quad(q) : 0.0f, scratch) / count;
    const Quad d = q - mean;
    const float squares = sum_of_group(inside ? sum_of_quad(d * d) : 0.0f, scratch);
    if (threadIdx.x == 0) *result = make_float2(mean, squares);
}

// A tensor and both its pools.
struct PlanePools
{
    float *src, *max, *average; // x, or its gradient; either pool may be null
    unsigned char* indices;     // the tap that a maximum is from
    float2 *max_partial, *average_partial; // statistics [C][groups], or null
    int images, channels, height, width;
};

// A thread's quad of the group's planes.
template <int W>
struct PoolQuad
{
    typedef Local<W, Plane<W>::planes> Planes;
    Spot<W> spot;
    QuadAt at;
    int pixels, plane, place;
    __device__ PoolQuad(const PlanePools& p)
        : spot(threadIdx.x), at(blockIdx.x * Plane<W>::planes + spot.plane, spot.row, spot.column, p.images, p.channels, p.height, p.width),
          pixels(p.height * p.width), plane(blockIdx.y * pixels * FLOAT), place(Planes::at(spot.plane, spot.row, spot.column)) {}
    __device__ Descriptor of(const PlanePools& p, const void* tensor) const
    {
        return ::tensor((const float*)tensor, p.images, p.channels, pixels);
    }
    __device__ Quad load(const PlanePools& p, const float* from) const { return buffer_load_quad(of(p, from), at.offset, plane, 0); }
    __device__ void store(const PlanePools& p, float* to, Quad q) const { buffer_store_quad(q, of(p, to), at.offset, plane, 0); }
};

// The first largest in row order counts, and a NaN is passed on.
template <int W>
__device__ inline void forward(const PlanePools& p)
{
    typedef PoolQuad<W> At;
    __shared__ __attribute__((aligned(16))) float local[At::Planes::floats];
    __shared__ float scratch[THREADS];
    const At at(p);
    const Quad x = at.load(p, p.src);
    At::Planes::clear(local);
    __syncthreads();
    *(Quad*)(local + at.place) = x;
    __syncthreads();
    Quad best, sum = 0;
    int taps[4];
#pragma unroll
    for (int j = 0; j < 4; j++)
    {
        best[j] = -__builtin_inff();
        taps[j] = 0;
    }
    Pool3::pixels<1, 1, At::Planes::pitch>(local + at.place, [&](int tap, Quad values)
    {
        const bool row = (unsigned)(at.spot.row + tap / 3 - 1) < (unsigned)p.height;
        sum += values;
#pragma unroll
        for (int j = 0; j < 4; j++)
        {
            const float value = values[j];
            const bool inside = row && (unsigned)(at.spot.column + j + tap % 3 - 1) < (unsigned)p.width;
            const bool larger = inside && (value > best[j] || value != value);
            best[j] = larger ? value : best[j];
            taps[j] = larger ? tap : taps[j];
        }
    });
    const Quad mean = sum * shares(at.spot.row, at.spot.column, p.height, p.width);
    if (p.max)
    {
        at.store(p, p.max, best);
        const int bytes = taps[0] | taps[1] << 8 | taps[2] << 16 | taps[3] << 24;
        buffer_store_bytes(bytes, at.of(p, p.indices), bytes_at(at.at), at.plane / FLOAT, 0);
    }
    if (p.average) at.store(p, p.average, mean);
    if (!p.max_partial) return;
    const bool inside = at.at.valid > 0;
    const int first = blockIdx.x * Plane<W>::planes, count = min(Plane<W>::planes, p.images - first) * at.pixels;
    const int group = blockIdx.y * gridDim.x + blockIdx.x;
    if (p.max) statistics_of_quads(best, inside, count, scratch, p.max_partial + group);
    if (p.average) statistics_of_quads(mean, inside, count, scratch, p.average_partial + group);
}

KERNEL pools_forward_planes_8(PlanePools p) { forward<8>(p); }
KERNEL pools_forward_planes_16(PlanePools p) { forward<16>(p); }
KERNEL pools_forward_planes_32(PlanePools p) { forward<32>(p); }

// The pools' gradients under a thread's quad of the source: side by side, or, where windows move by two pixels, with zeros between.
template <int W, int S>
struct PoolDiffs
{
    int offset, plane, floats;
    bool valid;
    __device__ PoolDiffs(const PlanePools& p, const PoolQuad<W>& at)
    {
        const int height = (p.height + S - 1) / S, width = p.width / S, image = blockIdx.x * Plane<W>::planes + at.spot.plane;
        const QuadAt out(image, at.spot.row / S, at.spot.column / S, p.images, p.channels, height, width);
        valid = out.valid > 0 && at.spot.row % S == 0;
        offset = valid ? out.offset : OUTSIDE;
        plane = blockIdx.y * height * width * FLOAT;
        floats = p.images * p.channels * height * width;
    }
    __device__ Quad load(const float* from) const
    {
        if (S == 1) return buffer_load_quad(descriptor(from, floats), offset, plane, 0);
        const Pair pair = buffer_load_pair(descriptor(from, floats), offset, plane, 0);
        return {pair.x, 0, pair.y, 0};
    }
    // A pool's, which is the sum over its batch norms.
    __device__ Quad sum(const DiffTable& t) const
    {
        Quad sum = 0;
        const Quad z = load(t.terms[0].value);
        for (int k = 0; k < t.used; k++)
        {
            const DiffTerm& d = t.terms[k];
            const float of_z = uniform(d.gradient_z)[blockIdx.y], constant = uniform(d.gradient_constant)[blockIdx.y];
            sum += uniform(d.gradient_dy)[blockIdx.y] * load(d.diff) + (of_z * z + constant);
        }
        if (S == 2) sum.y = sum.w = 0;
        return valid ? sum : 0;
    }
    // The taps that maxima are from.
    __device__ Taps taps(const unsigned char* indices) const
    {
        const int place = (offset + plane) / FLOAT;
        const int word = buffer_load_bytes(descriptor((const float*)indices, floats), valid ? place & ~3 : OUTSIDE, 0, 0);
        const unsigned bytes = (unsigned)word >> (place & 3) * 8;
        if (S == 2) return {(int)(bytes & 255), 0, (int)(bytes >> 8 & 255), 0};
        return {(int)(bytes & 255), (int)(bytes >> 8 & 255), (int)(bytes >> 16 & 255), (int)(bytes >> 24)};
    }
};

// Adds the gradient of both pools to the source's: that of a mean goes to its whole window, that of a maximum to the tap that it is from.
template <int W, int S>
__device__ inline void backward(const PlanePools& p, const DiffTable& max, const DiffTable& average)
{
    typedef PoolQuad<W> At;
    __shared__ __attribute__((aligned(16))) float diffs[At::Planes::floats];
    __shared__ __attribute__((aligned(16))) int taps[At::Planes::floats];
    const At at(p);
    const PoolDiffs<W, S> pools(p, at);
    Quad sum = at.load(p, p.src);
    At::Planes::clear(diffs);
    __syncthreads();
    if (average.used > 0)
    {
        *(Quad*)(diffs + at.place) = pools.sum(average) * shares(at.spot.row, at.spot.column, p.height, p.width);
        __syncthreads();
        Pool3::pixels<1, -1, At::Planes::pitch>(diffs + at.place, [&](int, Quad values) { sum += values; });
        __syncthreads();
    }
    if (max.used > 0)
    {
        *(Quad*)(diffs + at.place) = pools.sum(max);
        *(Taps*)(taps + at.place) = pools.taps(p.indices);
        __syncthreads();
#pragma unroll
        for (int kh = 0; kh < 3; kh++)
        {
            const int row = at.place - (kh - 1) * At::Planes::pitch - BORDER;
            float v[3 * 4];
            int t[3 * 4];
#pragma unroll
            for (int i = 0; i < 3; i++)
            {
                const Quad q = *(const Quad*)(diffs + row + 4 * i);
                const Taps k = *(const Taps*)(taps + row + 4 * i);
                v[4 * i] = q.x, v[4 * i + 1] = q.y, v[4 * i + 2] = q.z, v[4 * i + 3] = q.w;
                t[4 * i] = k.x, t[4 * i + 1] = k.y, t[4 * i + 2] = k.z, t[4 * i + 3] = k.w;
            }
#pragma unroll
            for (int kw = 0; kw < 3; kw++)
#pragma unroll
                for (int j = 0; j < 4; j++)
                {
                    const int from = BORDER + 1 - kw + j;
                    sum[j] += t[from] == kh * 3 + kw ? v[from] : 0.0f;
                }
        }
    }
    at.store(p, p.src, sum);
}

KERNEL pools_backward_planes_8(PlanePools p, DiffTable max, DiffTable average) { backward<8, 1>(p, max, average); }
KERNEL pools_backward_planes_16(PlanePools p, DiffTable max, DiffTable average) { backward<16, 1>(p, max, average); }
KERNEL pools_backward_planes_32(PlanePools p, DiffTable max, DiffTable average) { backward<32, 1>(p, max, average); }
KERNEL pools_backward_planes_8_stride_2(PlanePools p, DiffTable max, DiffTable average) { backward<8, 2>(p, max, average); }
KERNEL pools_backward_planes_16_stride_2(PlanePools p, DiffTable max, DiffTable average) { backward<16, 2>(p, max, average); }
KERNEL pools_backward_planes_32_stride_2(PlanePools p, DiffTable max, DiffTable average) { backward<32, 2>(p, max, average); }

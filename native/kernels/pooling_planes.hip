// What pooling.hip computes with a 3 x 3 window that moves by one pixel, for planes of at most 32 x 32 pixels whose rows are whole quads. A
// work-group takes whole planes of a channel (planes.hip). Grid: groups of images, channels. PlaneForm.cs decides which pools fit.
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

// A pool's gradient, which is the sum over its batch norms. Nothing where there is no pixel.
template <int W>
__device__ inline Quad diff_of(const PlanePools& p, const PoolQuad<W>& at, const DiffTable& t)
{
    Quad sum = 0;
    const Quad z = at.load(p, t.terms[0].value);
    for (int k = 0; k < t.used; k++)
    {
        const DiffTerm& d = t.terms[k];
        const float of_z = uniform(d.gradient_z)[blockIdx.y], constant = uniform(d.gradient_constant)[blockIdx.y];
        sum += uniform(d.gradient_dy)[blockIdx.y] * at.load(p, d.diff) + (of_z * z + constant);
    }
    return at.at.valid > 0 ? sum : 0;
}

// Adds the gradient of both pools to the source's: that of a mean goes to its whole window, that of a maximum to the tap that it is from.
template <int W>
__device__ inline void backward(const PlanePools& p, const DiffTable& max, const DiffTable& average)
{
    typedef PoolQuad<W> At;
    __shared__ __attribute__((aligned(16))) float diffs[At::Planes::floats];
    __shared__ __attribute__((aligned(16))) int taps[At::Planes::floats];
    const At at(p);
    Quad sum = at.load(p, p.src);
    At::Planes::clear(diffs);
    __syncthreads();
    if (average.used > 0)
    {
        *(Quad*)(diffs + at.place) = diff_of(p, at, average) * shares(at.spot.row, at.spot.column, p.height, p.width);
        __syncthreads();
        Pool3::pixels<1, -1, At::Planes::pitch>(diffs + at.place, [&](int, Quad values) { sum += values; });
        __syncthreads();
    }
    if (max.used > 0)
    {
        const int bytes = buffer_load_bytes(at.of(p, p.indices), bytes_at(at.at), at.plane / FLOAT, 0);
        *(Quad*)(diffs + at.place) = diff_of(p, at, max);
        *(Taps*)(taps + at.place) = {bytes & 255, bytes >> 8 & 255, bytes >> 16 & 255, (int)((unsigned)bytes >> 24)};
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

KERNEL pools_backward_planes_8(PlanePools p, DiffTable max, DiffTable average) { backward<8>(p, max, average); }
KERNEL pools_backward_planes_16(PlanePools p, DiffTable max, DiffTable average) { backward<16>(p, max, average); }
KERNEL pools_backward_planes_32(PlanePools p, DiffTable max, DiffTable average) { backward<32>(p, max, average); }

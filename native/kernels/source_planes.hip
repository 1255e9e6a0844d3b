// The gradients of sources and of their depthwise filters, as separable.hip has them, for planes of at most 32 x 32 pixels: see
// separable_planes.hip.
#include "branches.hip"
#include "planes.hip"
#include "depthwise_planes.hip"

// A thread's quads of a branch's du, in SOURCE_SETS sets of planes. Windows of stride 2 leave zeros between its pixels.
template <int W>
__device__ inline void load_middle(const Branch& b, int images, int c, Quad (&du)[SOURCE_SETS])
{
    const Spot<W> s(threadIdx.x);
    const Descriptor middle = tensor(b.middle, images, b.inputs, b.out_height * b.out_width);
    const int plane = c * b.out_height * b.out_width * FLOAT;
#pragma unroll
    for (int r = 0; r < SOURCE_SETS; r++)
    {
        const int image = (blockIdx.x * SOURCE_SETS + r) * Plane<W>::planes + s.plane;
        const QuadAt at(image, s.row / b.stride_h, s.column / b.stride_w, images, b.inputs, b.out_height, b.out_width);
        if (b.stride_h == 1)
        {
            du[r] = at.load(middle, plane, b.out_width);
            continue;
        }
        const Pair pair = buffer_load_pair(middle, s.row % 2 == 0 ? at.offset : OUTSIDE, plane, 0);
        du[r] = {pair.x, 0, at.valid > 1 ? pair.y : 0, 0};
    }
}

// dx += what the turned filter makes of du; and the filter's sums Σ y·du. Of one branch.
template <int W, bool Filters>
__device__ inline void diff_source_of(
    const Branch& b, float* planes, float* rows, int images, int c, const Quad (&y)[SOURCE_SETS], Quad (&dx)[SOURCE_SETS])
{
    typedef Local<W, Plane<W>::planes> Planes;
    const Spot<W> s(threadIdx.x);
    float* own = planes + Planes::at(s.plane, s.row, s.column);
    Quad du[SOURCE_SETS];
    load_middle<W>(b, images, c, du);
    by_window(window_of(b), [&](auto form)
    {
        if (form.taps == 1)
        {
#pragma unroll
            for (int r = 0; r < SOURCE_SETS; r++) dx[r] += du[r];
            return;
        }
        const Uniform filter = uniform(b.depthwise) + c * form.taps;
        float sums[form.taps] = {};
#pragma unroll
        for (int r = 0; r < SOURCE_SETS; r++)
        {
            __syncthreads();
            *(Quad*)own = du[r];
            __syncthreads();
            form.template pixels<1, -1, Planes::pitch>(own, [&](int tap, Quad d)
            {
                dx[r] += filter[tap] * d;
                if (!Filters) return;
                sums[tap] += y[r].x * d.x;
                sums[tap] += y[r].y * d.y;
                sums[tap] += y[r].z * d.z;
                sums[tap] += y[r].w * d.w;
            });
            if (!Filters) continue;
            // Or the compiler does some of the sums much later and keeps all pixels until then.
            asm volatile("" : "+v"(dx[r]));
#pragma unroll
            for (int tap = 0; tap < form.taps; tap++) asm volatile("" : "+v"(sums[tap]));
        }
        if (!Filters) return;
        // Nothing is stored where no gradient of the filter is wanted.
        const Descriptor partial = descriptor(b.partial_depthwise, b.partial_depthwise ? gridDim.x * b.inputs * form.taps : 0);
#pragma unroll
        for (int first = 0; first < form.taps; first += ROWS)
        {
            float part[ROWS];
#pragma unroll
            for (int k = 0; k < ROWS; k++) part[k] = first + k < form.taps ? sums[first + k < form.taps ? first + k : 0] : 0.0f;
            const float sum = sum16(part, rows);
            const int tap = first + threadIdx.x / 16;
            const bool mine = threadIdx.x % 16 == 0 && tap < form.taps;
            buffer_store_one(sum, partial, mine ? ((blockIdx.x * b.inputs + c) * form.taps + tap) * FLOAT : OUTSIDE, 0, 0);
        }
    });
}

// dx over all branches of a source, masked by the ReLU, and the filters' sums. Grid: groups of images, sources, channels.
template <int W, bool Filters>
__device__ inline void diff_source(const BranchTable& t)
{
    __shared__ __attribute__((aligned(16))) float memory[Local<W, Plane<W>::planes>::floats], rows[Filters ? ROWS * PITCH : THREADS];
    const BranchSource& source = t.sources[blockIdx.y];
    const Branch& shared = t.branches[source.first];
    const int c = blockIdx.z, pixels = shared.height * shared.width, plane = c * pixels * FLOAT;
    if (c >= shared.inputs) return;
    const Reader read(shared, c);
    const Spot<W> s(threadIdx.x);
    const Descriptor src = tensor(shared.src, t.images, shared.inputs, pixels);
    Quad x[SOURCE_SETS], y[SOURCE_SETS], dx[SOURCE_SETS];
    Local<W, Plane<W>::planes>::clear(memory);
    const int images = t.images, first = blockIdx.x * SOURCE_SETS * Plane<W>::planes + s.plane;
#pragma unroll
    for (int r = 0; r < SOURCE_SETS; r++)
    {
        const QuadAt at(first + r * Plane<W>::planes, s.row, s.column, images, shared.inputs, shared.height, shared.width);
        x[r] = Filters || shared.rectified ? at.load(src, plane, shared.width) : 0;
        y[r] = at.within(apply(read, x[r]));
        dx[r] = 0;
    }
    for (int k = source.first; k < source.first + source.count; k++)
        diff_source_of<W, Filters>(t.branches[k], memory, rows, images, c, y, dx);
    if (!source.diff) return;
    const Descriptor diff = tensor(source.diff, images, shared.inputs, pixels);
    float sum = 0, product = 0;
#pragma unroll
    for (int r = 0; r < SOURCE_SETS; r++)
    {
        const QuadAt at(first + r * Plane<W>::planes, s.row, s.column, images, shared.inputs, shared.height, shared.width);
        dx[r] = at.within(dx[r]);
        if (shared.rectified)
#pragma unroll
            for (int j = 0; j < 4; j++)
            {
                const float centred = x[r][j] - read.mean;
                if (!(centred > 0)) dx[r][j] = 0;
                product += dx[r][j] * centred;
            }
        sum += (dx[r].x + dx[r].y) + (dx[r].z + dx[r].w);
        if (source.accumulate) dx[r] += buffer_load_quad(diff, at.offset, plane, 0);
        at.store(dx[r], diff, plane);
    }
    if (!source.sums) return;
    sum = sum_of_group(sum, rows);
    product = sum_of_group(product, rows);
    if (threadIdx.x != 0) return;
    source.sums[c * gridDim.x + blockIdx.x] = sum;
    source.products[c * gridDim.x + blockIdx.x] = product;
}

KERNEL separable_diff_source_planes_8(BranchTable t) { diff_source<8, false>(t); }
KERNEL separable_diff_source_planes_16(BranchTable t) { diff_source<16, false>(t); }
KERNEL separable_diff_source_planes_32(BranchTable t) { diff_source<32, false>(t); }
KERNEL separable_diff_source_filters_planes_8(BranchTable t) { diff_source<8, true>(t); }
KERNEL separable_diff_source_filters_planes_16(BranchTable t) { diff_source<16, true>(t); }
KERNEL separable_diff_source_filters_planes_32(BranchTable t) { diff_source<32, true>(t); }

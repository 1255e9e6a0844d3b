// What separable.hip computes, for planes of at most 32 x 32 pixels and the windows of the search space: 3 x 3 and 5 x 5, dilation 1 and 2,
// stride 1 and 2, padded to the same size; or none. A work-group takes whole planes (planes.hip), so a group's images are the slowest axis
// of the grid; loops over channels hold one channel of them in local memory. PlaneForm.cs decides which branches fit.
#include "branches.hip"
#include "planes.hip"

// Calls f with the window of a branch as template arguments: one of those that the host lets through.
template <typename F>
__device__ inline void by_window(const Branch& b, F f)
{
    if (!b.depthwise) f(Window<1, 1>());
    else if (b.kernel_h == 3 && b.dilation == 1) f(Window<3, 1>());
    else if (b.kernel_h == 3) f(Window<3, 2>());
    else if (b.dilation == 1) f(Window<5, 1>());
    else f(Window<5, 2>());
}

__device__ inline Quad apply(const Reader& read, Quad x) { return {read(x.x), read(x.y), read(x.z), read(x.w)}; }

// u of a group's output quads, one channel after the other. Reused: something else uses the local memory between two channels.
template <int W, int S, bool Reused>
struct Depthwise
{
    typedef Local<W * S, Plane<W>::planes> Planes;
    static const int loads = S * S, planes_a_load = Plane<W * S>::planes;
    // Whether the next channel is loaded while one is computed; four quads would take too many registers.
    static const bool ahead = loads == 1;
    const Branch& b;
    float* local;
    const float* centre;
    Descriptor x;
    QuadAt at; // of the first load
    int place, stride;
    Quad next[loads];

    __device__ Depthwise(const Branch& branch, float* memory, int images, int first)
        : Depthwise(branch, memory, images, first, Spot<W * S>(threadIdx.x), Spot<W>(threadIdx.x)) {}

    __device__ Depthwise(const Branch& branch, float* memory, int images, int first, Spot<W * S> in, Spot<W> out)
        : b(branch), local(memory), centre(memory + Planes::at(out.plane, out.row * S, out.column * S)),
          x(tensor(branch.src, images, branch.inputs, branch.height * branch.width)),
          at(first + in.plane, in.row, in.column, images, branch.inputs, branch.height, branch.width),
          place(Planes::at(in.plane, in.row, in.column)), stride(planes_a_load * branch.inputs * branch.height * branch.width * FLOAT)
    {
        if (!Reused) Planes::clear(local);
        if (ahead) load(0);
    }

    // Images behind the last read zero.
    __device__ void load(int c)
    {
        const int plane = c * b.height * b.width * FLOAT;
#pragma unroll
        for (int r = 0; r < loads; r++) next[r] = buffer_load_quad(x, at.offset + r * stride, plane, 0);
    }

    // Of channel c. All threads call it, in the order of the channels.
    __device__ Quad operator()(int c)
    {
        const Reader read(b, c);
        if (!ahead) load(c);
        __syncthreads();
        if (Reused)
        {
            Planes::clear(local);
            __syncthreads();
        }
#pragma unroll
        for (int r = 0; r < loads; r++)
        {
            Quad staged = apply(read, next[r]);
            // Zero stays zero but after a batch norm, and a row that ends within a quad goes on in the next row.
            if (b.mean || b.width % 4 != 0) staged = at.within(staged);
            *(Quad*)(local + place + r * planes_a_load * Planes::plane) = staged;
        }
        __syncthreads();
        if (ahead && c + 1 < b.inputs) load(c + 1);
        Quad u = {0, 0, 0, 0};
        by_window(b, [&](auto form)
        {
            const Uniform filter = uniform(b.depthwise) + c * form.taps;
            form.template pixels<S, 1, Planes::pitch>(centre, [&](int tap, Quad x) { u += (form.taps == 1 ? 1.0f : filter[tap]) * x; });
        });
        return u;
    }
};

// Output quads of a group: the thread's own, and how many pixels of the group there are.
template <int W>
struct Outputs
{
    QuadAt at;
    int pixels, group, first, count;
    Descriptor z;
    __device__ Outputs(const Branch& b, const float* value, int images)
        : Outputs(b, value, images, Spot<W>(threadIdx.x), blockIdx.z * Plane<W>::planes) {}
    __device__ Outputs(const Branch& b, const float* value, int images, Spot<W> s, int start)
        : at(start + s.plane, s.row, s.column, images, b.channels, b.out_height, b.out_width),
          pixels(b.out_height * b.out_width), group(blockIdx.z), first(start), count(min(Plane<W>::planes, images - start) * pixels),
          z(tensor(value, images, b.channels, pixels)) {}
};

static_assert(PLANE_TILE == ROWS, "sums of a tile are rows of local memory");

// z and its statistics. Grid: tiles of PLANE_TILE outputs, branches, groups of images.
template <int W, int S>
__device__ inline void forward(const BranchTable& t)
{
    __shared__ union
    {
        __attribute__((aligned(16))) float planes[Local<W * S, Plane<W>::planes>::floats], rows[ROWS * PITCH + ROWS];
    } local;
    float* rows = local.rows;
    const Branch& b = t.branches[blockIdx.y];
    const int o0 = blockIdx.x * PLANE_TILE;
    if (o0 >= b.outputs) return;
    const Outputs<W> out(b, b.value, t.images);
    Quad sums[PLANE_TILE];
#pragma unroll
    for (int o = 0; o < PLANE_TILE; o++) sums[o] = 0;
    Depthwise<W, S, false> depthwise(b, local.planes, t.images, out.first);
#pragma unroll 1
    for (int c = 0; c < b.inputs; c++)
    {
        // Zero behind the last output.
        const Descriptor weights = descriptor(b.pointwise + c, b.outputs * b.inputs - c);
        const Quad u = depthwise(c);
#pragma unroll
        for (int o = 0; o < PLANE_TILE; o++) sums[o] += scalar_load(weights, (o0 + o) * b.inputs * FLOAT, 0) * u;
    }
    const int last = b.outputs - 1 - o0;
#pragma unroll
    for (int o = 0; o < PLANE_TILE; o++)
        if (o <= last) out.at.store(sums[o], out.z, (o0 + o) * out.pixels * FLOAT);
    if (!t.statistics) return;

    // Two passes: a mean far from zero costs nothing.
    float* means = rows + ROWS * PITCH;
    float part[ROWS];
#pragma unroll
    for (int o = 0; o < PLANE_TILE; o++)
    {
        sums[o] = out.at.within(sums[o]);
        part[o] = (sums[o].x + sums[o].y) + (sums[o].z + sums[o].w);
    }
    const float mean = sum16(part, rows) / out.count;
    if (threadIdx.x % 16 == 0) means[threadIdx.x / 16] = mean;
    __syncthreads();
#pragma unroll
    for (int o = 0; o < PLANE_TILE; o++)
    {
        const Quad d = out.at.within(sums[o] - means[o]), squares = d * d;
        part[o] = (squares.x + squares.y) + (squares.z + squares.w);
    }
    const float square = sum16(part, rows);
    const int o = threadIdx.x / 16;
    if (threadIdx.x % 16 == 0 && o <= last) ((float2*)b.partial)[(o0 + o) * gridDim.z + out.group] = make_float2(mean, square);
}

KERNEL separable_forward_planes_8(BranchTable t) { forward<8, 1>(t); }
KERNEL separable_forward_planes_16(BranchTable t) { forward<16, 1>(t); }
KERNEL separable_forward_planes_32(BranchTable t) { forward<32, 1>(t); }
KERNEL separable_forward_planes_8_stride_2(BranchTable t) { forward<8, 2>(t); }
KERNEL separable_forward_planes_16_stride_2(BranchTable t) { forward<16, 2>(t); }

// dz of an output channel: see Branch.
struct Diff
{
    const Branch& b;
    Descriptor dy, z;
    __device__ Diff(const Branch& branch, int images)
        : b(branch), dy(tensor(branch.diff, images, branch.channels, branch.out_height * branch.out_width)),
          z(tensor(branch.value, images, branch.channels, branch.out_height * branch.out_width)) {}
    __device__ Quad operator()(int offset, int o) const
    {
        const int plane = o * b.out_height * b.out_width * FLOAT;
        const Quad d = buffer_load_quad(dy, offset, plane, 0);
        if (!b.gradient_dy) return d;
        const Quad value = buffer_load_quad(z, offset, plane, 0);
        return uniform(b.gradient_dy)[o] * d + (uniform(b.gradient_z)[o] * value + uniform(b.gradient_constant)[o]);
    }
};

// du = Wᵀ·dz. Grid: tiles of PLANE_TILE inputs, branches, groups of THREADS quads.
KERNEL separable_diff_middle(BranchTable t)
{
    const Branch& b = t.branches[blockIdx.y];
    const int c0 = blockIdx.x * PLANE_TILE, pixels = b.out_height * b.out_width;
    // Where quads do not end with the rows, they end with the planes.
    const bool whole = pixels % 4 == 0;
    const int height = whole ? 1 : b.out_height, width = whole ? pixels : b.out_width, columns = (width + 3) / 4, quads = height * columns;
    const int q = blockIdx.z * THREADS + threadIdx.x, image = q / quads, inner = q % quads;
    if (c0 >= b.inputs || (int)(blockIdx.z * THREADS) >= t.images * quads) return;
    const int row = whole ? 0 : inner / columns, column = (inner - row * columns) * 4;
    const QuadAt at(image, row, column, t.images, b.channels, height, width), to(image, row, column, t.images, b.inputs, height, width);
    const Diff diff(b, t.images);
    const Descriptor du = tensor(b.middle, t.images, b.inputs, pixels);
    // What is read behind the last input is not stored.
    const Descriptor weights = descriptor(b.pointwise, b.outputs * b.inputs);
    const int last = b.inputs - 1 - c0;
    Quad sums[PLANE_TILE];
#pragma unroll
    for (int c = 0; c < PLANE_TILE; c++) sums[c] = 0;
    Quad dz = diff(at.offset, 0);
#pragma unroll 1
    for (int o = 0; o < b.outputs; o++)
    {
        const Quad here = dz;
        if (o + 1 < b.outputs) dz = diff(at.offset, o + 1);
        const Row row = scalar_load_row(weights, (o * b.inputs + c0) * FLOAT, 0);
#pragma unroll
        for (int c = 0; c < PLANE_TILE; c++) sums[c] += row[c] * here;
    }
#pragma unroll
    for (int c = 0; c < PLANE_TILE; c++)
        if (c <= last) to.store(sums[c], du, (c0 + c) * pixels * FLOAT);
}

// dW[o][c] = Σ dz[o]·u[c] over a group's planes: dz of PLANE_TILE outputs stays in registers. Grid: tiles of PLANE_TILE outputs, branches,
// groups of images.
template <int W, int S>
__device__ inline void diff_pointwise(const BranchTable& t)
{
    // Where planes are large, both lie in the same place.
    const int floats = Local<W * S, Plane<W>::planes>::floats, sums = ROWS * PITCH;
    __shared__ __attribute__((aligned(16))) float memory[S == 1 ? floats + sums : floats > sums ? floats : sums];
    float* rows = memory + (S == 1 ? floats : 0);
    const Branch& b = t.branches[blockIdx.y];
    const int o0 = blockIdx.x * PLANE_TILE;
    if (o0 >= b.outputs) return;
    const Outputs<W> out(b, b.value, t.images);
    const Diff diff(b, t.images);
    Quad dz[PLANE_TILE];
#pragma unroll
    for (int k = 0; k < PLANE_TILE; k++) dz[k] = o0 + k < b.outputs ? out.at.within(diff(out.at.offset, o0 + k)) : 0;
    Depthwise<W, S, S != 1> depthwise(b, memory, t.images, out.first);
    const int o = o0 + threadIdx.x / 16;
#pragma unroll 1
    for (int c = 0; c < b.inputs; c++)
    {
        const Quad u = depthwise(c);
        float products[ROWS];
#pragma unroll
        for (int k = 0; k < PLANE_TILE; k++)
        {
            products[k] = dz[k].x * u.x;
            products[k] += dz[k].y * u.y;
            products[k] += dz[k].z * u.z;
            products[k] += dz[k].w * u.w;
        }
        const float sum = sum16(products, rows);
        if (threadIdx.x % 16 == 0 && o < b.outputs) b.partial[(blockIdx.z * b.outputs + o) * b.inputs + c] = sum;
    }
}

KERNEL separable_diff_pointwise_planes_8(BranchTable t) { diff_pointwise<8, 1>(t); }
KERNEL separable_diff_pointwise_planes_16(BranchTable t) { diff_pointwise<16, 1>(t); }
KERNEL separable_diff_pointwise_planes_32(BranchTable t) { diff_pointwise<32, 1>(t); }
KERNEL separable_diff_pointwise_planes_8_stride_2(BranchTable t) { diff_pointwise<8, 2>(t); }
KERNEL separable_diff_pointwise_planes_16_stride_2(BranchTable t) { diff_pointwise<16, 2>(t); }

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
    by_window(b, [&](auto form)
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

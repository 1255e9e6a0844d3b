// What separable.hip computes but for the sources' gradients (source_planes.hip), for planes of at most 32 x 32 pixels and the windows of
// the search space: 3 x 3 and 5 x 5, dilation 1 and 2, stride 1 and 2, padded to the same size; or none. A work-group takes whole planes
// (planes.hip), so a group's images are the slowest axis of the grid; loops over channels hold one channel of them in local memory.
// PlaneForm.cs decides which branches fit.
#include "branches.hip"
#include "planes.hip"
#include "depthwise_planes.hip"

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
    const int first = blockIdx.z * Plane<W>::planes, pixels = b.out_height * b.out_width;
    const QuadAt at = output_at<W>(b, t.images, first);
    const Descriptor z = tensor(b.value, t.images, b.channels, pixels);
    Quad sums[PLANE_TILE];
#pragma unroll
    for (int o = 0; o < PLANE_TILE; o++) sums[o] = 0;
    Depthwise<W, S, false> depthwise(b, local.planes, t.images, first);
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
        if (o <= last) at.store(sums[o], z, (o0 + o) * pixels * FLOAT);
    if (!t.statistics) return;

    // Two passes: a mean far from zero costs nothing.
    float* means = rows + ROWS * PITCH;
    float part[ROWS];
#pragma unroll
    for (int o = 0; o < PLANE_TILE; o++)
    {
        sums[o] = at.within(sums[o]);
        part[o] = (sums[o].x + sums[o].y) + (sums[o].z + sums[o].w);
    }
    const float mean = sum16(part, rows) / (min(Plane<W>::planes, t.images - first) * pixels);
    if (threadIdx.x % 16 == 0) means[threadIdx.x / 16] = mean;
    __syncthreads();
#pragma unroll
    for (int o = 0; o < PLANE_TILE; o++)
    {
        const Quad d = at.within(sums[o] - means[o]), squares = d * d;
        part[o] = (squares.x + squares.y) + (squares.z + squares.w);
    }
    const float square = sum16(part, rows);
    const int o = threadIdx.x / 16;
    if (threadIdx.x % 16 == 0 && o <= last) ((float2*)b.partial)[(o0 + o) * gridDim.z + blockIdx.z] = make_float2(mean, square);
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
    const int first = blockIdx.z * Plane<W>::planes;
    const QuadAt at = output_at<W>(b, t.images, first);
    const Diff diff(b, t.images);
    Quad dz[PLANE_TILE];
#pragma unroll
    for (int k = 0; k < PLANE_TILE; k++) dz[k] = o0 + k < b.outputs ? at.within(diff(at.offset, o0 + k)) : 0;
    Depthwise<W, S, S != 1> depthwise(b, memory, t.images, first);
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

// Stands before every kernel file. One work-group is THREADS threads; images lie N, C, H, W. Where a kernel goes over pixels, "pixel q"
// counts through all images (q = n·P + p), lanes take neighbouring pixels and the channel is the same for a whole work-group, so that loads
// coalesce and what belongs to a channel (filters, statistics) comes through the scalar cache. Sums go through local memory in a fixed
// order, never through atomics: results are the same in every run. Nothing depends on the number of lanes in a wave. Numbers that the host
// also needs (THREADS, STATISTICS_PIXELS, the capacities of tables, ...) are compiler options, from KernelConstants.cs; the host's mirrors
// of the structs have the same names, and a file whose structs have other sizes there does not compile (KernelStruct.cs).
#define KERNEL extern "C" __global__ __launch_bounds__(THREADS) void

static_assert(THREADS == 256, "a work-group is 16 rows of 16 threads");
static_assert(STATISTICS_PIXELS % THREADS == 0, "each thread takes as many pixels as any other");
#define STATISTICS_ROUNDS (STATISTICS_PIXELS / THREADS)

// Numbers that are constant during a kernel and equal for all lanes: loads through this become scalar ones.
typedef const __attribute__((address_space(4))) float* Uniform;
__device__ inline Uniform uniform(const float* p) { return (Uniform)(unsigned long long)p; }

__device__ inline int pixel() { return blockIdx.x * THREADS + threadIdx.x; }

__device__ inline void store(float* place, float value, int accumulate) { *place = accumulate ? *place + value : value; }

// Keeps a NaN, which a plain maximum would hide.
__device__ inline float at_least(float x, float floor) { return x < floor ? floor : x; }

// Sum over the work-group, to every thread. scratch: THREADS elements.
template <typename T>
__device__ inline T sum_of_group(T value, T* scratch)
{
    __syncthreads();
    scratch[threadIdx.x] = value;
    for (int half = THREADS / 2; half > 0; half /= 2)
    {
        __syncthreads();
        if (threadIdx.x < half) scratch[threadIdx.x] += scratch[threadIdx.x + half];
    }
    __syncthreads();
    return scratch[0];
}

// Mean and sum of squared deviations of a group's first `count` values, one a thread: two passes, so that a mean far from zero costs
// nothing.
__device__ inline void statistics_of_group(float value, int count, float* scratch, float2* result)
{
    const bool inside = threadIdx.x < count;
    const float mean = sum_of_group(inside ? value : 0.0f, scratch) / count;
    const float d = inside ? value - mean : 0.0f;
    const float squares = sum_of_group(d * d, scratch);
    if (threadIdx.x == 0) *result = make_float2(mean, squares);
}

// 16 numbers a thread: rows in local memory, read back so that the 16 threads of row k = thread / 16 hold 16 values each.
#define ROWS 16
#define PITCH (THREADS + 16)

__device__ inline void write_rows(const float (&v)[ROWS], float* rows)
{
    __syncthreads();
#pragma unroll
    for (int k = 0; k < ROWS; k++) rows[k * PITCH + threadIdx.x] = v[k];
}

__device__ inline void read_row(const float* rows, float (&x)[ROWS])
{
    __syncthreads();
    const int k = threadIdx.x / 16, part = threadIdx.x % 16;
#pragma unroll
    for (int j = 0; j < 16; j++) x[j] = rows[k * PITCH + part + 16 * j];
}

// Sum over the 16 threads of a row, to all of them.
__device__ inline float sum_of_row(float value, float* rows)
{
    __syncthreads();
    rows[threadIdx.x] = value;
    __syncthreads();
    float sum = 0;
    const int first = threadIdx.x / 16 * 16;
#pragma unroll
    for (int j = 0; j < 16; j++) sum += rows[first + j];
    return sum;
}

// Sums of the rows that lie in local memory; thread t gets that of the (t / 16)-th.
__device__ inline float sum_of_rows(float* rows)
{
    float x[ROWS], sum = 0;
    read_row(rows, x);
#pragma unroll
    for (int j = 0; j < 16; j++) sum += x[j];
    return sum_of_row(sum, rows);
}

// Sums of 16 numbers over the work-group; thread t gets the (t / 16)-th. rows: ROWS * PITCH floats.
__device__ inline float sum16(const float (&v)[ROWS], float* rows)
{
    write_rows(v, rows);
    return sum_of_rows(rows);
}

// Mean and sum of squared deviations of 16 numbers over the group's first `count` threads; thread t gets those of the (t / 16)-th.
__device__ inline float2 statistics16(const float (&v)[ROWS], int count, float* rows)
{
    float x[ROWS], sum = 0, squares = 0;
    write_rows(v, rows);
    read_row(rows, x);
    const int part = threadIdx.x % 16;
#pragma unroll
    for (int j = 0; j < 16; j++) sum += part + 16 * j < count ? x[j] : 0.0f;
    const float mean = sum_of_row(sum, rows) / count;
#pragma unroll
    for (int j = 0; j < 16; j++)
    {
        const float d = part + 16 * j < count ? x[j] - mean : 0.0f;
        squares += d * d;
    }
    return make_float2(mean, sum_of_row(squares, rows));
}

// Flat vectors. The arithmetic is in double, which costs less than the memory here, so that updates round once.
KERNEL add_scaled(double factor, const float* x, float* y, int count)
{
    const int i = pixel();
    if (i < count) y[i] = (float)(y[i] + factor * x[i]);
}

KERNEL scale_vector(float* x, double factor, int count)
{
    const int i = pixel();
    if (i < count) x[i] = (float)(factor * x[i]);
}

KERNEL sgd_step(float* weights, const float* diffs, float* momentum_buffer, double rate, double momentum, double decay, int nesterov,
    int count)
{
    const int i = pixel();
    if (i >= count) return;
    const double gradient = diffs[i] + decay * weights[i];
    const double velocity = momentum * momentum_buffer[i] + gradient;
    momentum_buffer[i] = (float)velocity;
    weights[i] = (float)(weights[i] - rate * (nesterov ? gradient + momentum * velocity : velocity));
}

KERNEL adam_step(float* weights, const float* diffs, float* mean, float* mean_square,
    double rate, double beta1, double beta2, double decay, double root_factor, double epsilon, int count)
{
    const int i = pixel();
    if (i >= count) return;
    const double gradient = diffs[i] + decay * weights[i];
    const double moved = beta1 * mean[i] + (1 - beta1) * gradient, square = beta2 * mean_square[i] + (1 - beta2) * gradient * gradient;
    mean[i] = (float)moved;
    mean_square[i] = (float)square;
    weights[i] = (float)(weights[i] - rate * moved / (root_factor * sqrt(square) + epsilon));
}

static_assert(DOT_ELEMENTS % THREADS == 0, "each thread takes as many elements as any other");
#define DOT_ROUNDS (DOT_ELEMENTS / THREADS)

// Σ a·b of DOT_ELEMENTS for each work-group.
KERNEL dot_partial(const float* a, const float* b, double* partial, int count)
{
    __shared__ double scratch[THREADS];
    double sum = 0;
    for (int j = 0; j < DOT_ROUNDS; j++)
    {
        const int i = (blockIdx.x * DOT_ROUNDS + j) * THREADS + threadIdx.x;
        if (i < count) sum += (double)a[i] * b[i];
    }
    sum = sum_of_group(sum, scratch);
    if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// The total of what dot_partial left, as a double or added to a float; one work-group.
KERNEL dot_finish(const double* partial, int groups, double* result, float* added)
{
    __shared__ double scratch[THREADS];
    double sum = 0;
    for (int g = threadIdx.x; g < groups; g += THREADS) sum += partial[g];
    sum = sum_of_group(sum, scratch);
    if (threadIdx.x != 0) return;
    if (result) *result = sum;
    if (added) *added = (float)(*added + sum);
}

struct PartialSum { const float* partial; float* dst; int count, groups; };
struct PartialSumTable { PartialSum sums[PARTIAL_SUMS]; };

// dst[j] += Σ over groups of partial[group][j], for several vectors at once (grid y).
KERNEL sums_finish(PartialSumTable t)
{
    const PartialSum s = t.sums[blockIdx.y];
    const int j = pixel();
    if (j >= s.count) return;
    double sum = 0;
    for (int g = 0; g < s.groups; g++) sum += s.partial[(long long)g * s.count + j];
    s.dst[j] = (float)(s.dst[j] + sum);
}

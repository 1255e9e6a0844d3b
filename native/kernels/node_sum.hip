// A node: Σ weight · (z − mean) · inverse over all branches in one pass, and the backward pass in one pass.
struct NodeSumTerm
{
    const float *value, *mean, *inverse; // z and its statistics; null statistics for an identity
    float* diff;                         // gradient of an identity, accumulated; null for a batch norm
    float* products;                     // Σ dy·(z − mean) [C][groups]
    int index;                           // of its mixing weight
    int applied;
};
struct SummedNode
{
    const float* diff;
    float* sums;    // Σ dy [C][groups]
    int first, end; // its branches
};
struct NodeSumTable
{
    NodeSumTerm terms[NODE_SUM_TERMS];
    SummedNode nodes[NODE_SUM_NODES];
    const float* weights;
    float* node;
    int used, node_count, channels, pixels, count;
};

// Grid: pixels, channels.
KERNEL node_sum_forward(NodeSumTable t)
{
    const int q = pixel(), c = blockIdx.y;
    if (q >= t.count) return;
    const long long at = ((long long)(q / t.pixels) * t.channels + c) * t.pixels + q % t.pixels;
    float sum = 0;
    for (int k = 0; k < t.used; k++)
    {
        const NodeSumTerm& b = t.terms[k];
        const float weight = uniform(t.weights)[b.index];
        const float mean = b.mean ? uniform(b.mean)[c] : 0.0f, factor = b.mean ? weight * uniform(b.inverse)[c] : weight;
        sum += factor * (b.value[at] - mean);
    }
    t.node[at] = sum;
}

__device__ inline void add_to_pixels(float* dst, const long long* at, const float* values)
{
#pragma unroll
    for (int j = 0; j < STATISTICS_ROUNDS; j++)
        if (dst && at[j] >= 0) dst[at[j]] += values[j];
}

// Everything that leaves a state, node after node; what one identity gets from all of them is written once.
// Grid: groups of STATISTICS_PIXELS, channels.
KERNEL node_sum_backward(NodeSumTable t)
{
    __shared__ float rows[ROWS * PITCH];
    const int c = blockIdx.y, groups = gridDim.x;
    long long at[STATISTICS_ROUNDS];
    float* diff = 0;
    float through[STATISTICS_ROUNDS];
#pragma unroll
    for (int j = 0; j < STATISTICS_ROUNDS; j++)
    {
        const int q = blockIdx.x * STATISTICS_PIXELS + j * THREADS + threadIdx.x;
        at[j] = q < t.count ? ((long long)(q / t.pixels) * t.channels + c) * t.pixels + q % t.pixels : -1;
    }
    for (int n = 0; n < t.node_count; n++)
    {
        const SummedNode& node = t.nodes[n];
        float dy[STATISTICS_ROUNDS], sum = 0;
#pragma unroll
        for (int j = 0; j < STATISTICS_ROUNDS; j++)
        {
            dy[j] = at[j] >= 0 ? node.diff[at[j]] : 0.0f;
            sum += dy[j];
        }
        // Row 0 of the first round is Σ dy.
        for (int k0 = node.first - 1; k0 < node.end; k0 += ROWS)
        {
            float products[ROWS];
#pragma unroll
            for (int k = 0; k < ROWS; k++)
            {
                products[k] = k0 + k < node.first ? sum : 0.0f;
                if (k0 + k < node.first || k0 + k >= node.end) continue;
                const NodeSumTerm& b = t.terms[k0 + k];
                const float mean = b.mean && !b.applied ? uniform(b.mean)[c] : 0.0f;
#pragma unroll
                for (int j = 0; j < STATISTICS_ROUNDS; j++)
                    if (at[j] >= 0) products[k] += dy[j] * (b.value[at[j]] - mean);
                if (!b.diff) continue;
                const float weight = uniform(t.weights)[b.index];
                if (b.diff != diff) add_to_pixels(diff, at, through);
#pragma unroll
                for (int j = 0; j < STATISTICS_ROUNDS; j++) through[j] = (b.diff == diff ? through[j] : 0.0f) + weight * dy[j];
                diff = b.diff;
            }
            const float total = sum16(products, rows);
            const int k = k0 + threadIdx.x / 16;
            if (threadIdx.x % 16 != 0 || k >= node.end) continue;
            (k < node.first ? node.sums : t.terms[k].products)[c * groups + blockIdx.x] = total;
        }
    }
    add_to_pixels(diff, at, through);
}

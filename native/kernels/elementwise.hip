KERNEL fill(float* dst, float value, int count)
{
    const int i = pixel();
    if (i < count) dst[i] = value;
}

KERNEL copy(const float* src, float* dst, int count)
{
    const int i = pixel();
    if (i < count) dst[i] = src[i];
}

// Adds, in one pass, what MIOpen would write to memory first.
KERNEL relu_backward_add(const float* src, const float* diff_dst, float* diff_src, int count)
{
    const int i = pixel();
    if (i < count && src[i] > 0) diff_src[i] += diff_dst[i];
}

KERNEL scale_images(const float* src, const float* factors, float* dst, int size, int accumulate, int count)
{
    const int i = pixel();
    if (i < count) store(dst + i, factors[i / size] * src[i], accumulate);
}

struct ConcatPart { float* part; int first, channels; };
struct ConcatTable { ConcatPart parts[CONCAT_PARTS]; float* whole; int channels, pixels, images, accumulate; };

// One part of the channels for each y of the grid.
KERNEL concat_forward(ConcatTable t)
{
    const ConcatPart part = t.parts[blockIdx.y];
    const int i = pixel(), size = part.channels * t.pixels;
    if (i < t.images * size) t.whole[(i / size * t.channels + part.first) * t.pixels + i % size] = part.part[i];
}

KERNEL concat_backward(ConcatTable t)
{
    const ConcatPart part = t.parts[blockIdx.y];
    const int i = pixel(), size = part.channels * t.pixels;
    if (i < t.images * size) store(part.part + i, t.whole[(i / size * t.channels + part.first) * t.pixels + i % size], t.accumulate);
}

// diff_bias[k] += Σ over images of diff_dst[n][k].
KERNEL bias_gradient(const float* diff_dst, float* diff_bias, int images, int outputs)
{
    const int k = pixel();
    if (k >= outputs) return;
    double sum = 0;
    for (int n = 0; n < images; n++) sum += diff_dst[n * outputs + k];
    diff_bias[k] = (float)(diff_bias[k] + sum);
}

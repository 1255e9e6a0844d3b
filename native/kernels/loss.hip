// Cross entropy, mean over the batch, from the logarithms of softmax; result = loss, right answers. One work-group, one image a thread.
KERNEL cross_entropy(const float* logits, const float* log_probabilities, const int* labels, float* result, float* diff_logits, int images,
    int classes, double smoothing, double scale)
{
    __shared__ double scratch[THREADS];
    double loss = 0, correct = 0;
    for (int n = threadIdx.x; n < images; n += THREADS)
    {
        const float *x = logits + n * classes, *y = log_probabilities + n * classes;
        int best = 0;
        for (int k = 1; k < classes; k++)
            if (x[k] > x[best]) best = k;
        if (best == labels[n]) correct++;
        for (int k = 0; k < classes; k++)
        {
            const double target = smoothing / classes + (k == labels[n] ? 1 - smoothing : 0);
            loss -= target * y[k];
            if (diff_logits) diff_logits[n * classes + k] = (float)(scale * (exp((double)y[k]) - target) / images);
        }
    }
    loss = sum_of_group(loss, scratch);
    correct = sum_of_group(correct, scratch);
    if (threadIdx.x != 0) return;
    result[0] = (float)(loss / images);
    result[1] = (float)correct;
}

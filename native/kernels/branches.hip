// What kernels of separable and depthwise convolutions get: several branches at once, and the tensors that they read.
struct Branch
{
    const float *src, *mean, *inverse; // x, and the batch norm before the ReLU or null
    const float *depthwise, *pointwise; // either may be null
    float* value;                       // z
    // dz = gradient_dy·diff + gradient_z·z + gradient_constant, or diff where these are null
    const float *diff, *gradient_dy, *gradient_z, *gradient_constant;
    float* middle;                      // du: gradient of the depthwise output
    float* partial;                     // statistics [O][groups] of mean and squares; or pointwise gradient [groups][O·I]
    float* partial_depthwise;           // [groups][I·taps], or null where no gradient of the filter is wanted
    int inputs, outputs, height, width, out_height, out_width;
    int kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w, dilation;
    int channels; // of the tensor that z is a part of
    int rectified; // whether a ReLU precedes
};
// A tensor whose gradient is the sum over the branches that read it.
struct BranchSource
{
    float *diff, *sums, *products; // dx, or null; Σ dx and Σ dx·(x − mean) [I][groups], or null
    int first, count, accumulate;
};
struct BranchTable { Branch branches[BRANCHES]; BranchSource sources[BRANCHES]; int images, statistics; };

// x of channel c after batch norm and ReLU.
struct Reader
{
    float mean, inverse, floor;
    __device__ Reader(const Branch& b, int c)
    {
        mean = b.mean ? uniform(b.mean)[c] : 0.0f;
        inverse = b.mean ? uniform(b.inverse)[c] : 1.0f;
        floor = b.rectified ? 0.0f : -__builtin_inff();
    }
    __device__ float operator()(float x) const { return at_least((x - mean) * inverse, floor); }
};

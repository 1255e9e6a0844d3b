// Planes of one channel in local memory: how depthwise_planes.hip, source_planes.hip and pooling_planes.hip hold at most W x W pixels (W is
// 8, 16 or 32) of PLANES images. A thread has four neighbouring columns ("quad").
#include "buffers.hip"

template <int W>
struct Plane
{
    static const int planes = 1024 / (W * W), quads = W / 4;
};

// Where a thread's quad lies: image of the group, row, first column.
template <int W>
struct Spot
{
    int plane, row, column;
    __device__ Spot(int thread)
        : plane(thread / (W / 4 * W)), row(thread / (W / 4) % W), column(thread % (W / 4) * 4) {}
};

// A quad in a tensor: its byte offset in the first channel, and how many of its columns are pixels.
struct QuadAt
{
    int offset, valid;
    __device__ QuadAt(int image, int row, int column, int images, int channels, int height, int width)
    {
        valid = image < images && row < height ? min(max(width - column, 0), 4) : 0;
        offset = valid > 0 ? ((image * channels * height + row) * width + column) * FLOAT : OUTSIDE;
    }
    // value where a column is a pixel, else zero.
    __device__ Quad within(Quad value) const
    {
        Quad r;
#pragma unroll
        for (int j = 0; j < 4; j++) r[j] = j < valid ? value[j] : 0.0f;
        return r;
    }
    // Zero where a column is no pixel. plane: byte offset of the channel.
    __device__ Quad load(Descriptor d, int plane, int width) const
    {
        const Quad q = buffer_load_quad(d, offset, plane, 0);
        return width % 4 == 0 ? q : within(q);
    }
    __device__ void store(Quad value, Descriptor d, int plane) const
    {
        if (valid == 4)
            buffer_store_quad(value, d, offset, plane, 0);
        else
#pragma unroll
            for (int j = 0; j < 3; j++)
                if (j < valid) buffer_store_one(value[j], d, offset + j * FLOAT, plane, 0);
    }
};

// A group's planes of H x H in local memory, with a border of zeros that is BORDER wide; neighbours share it. Quads are aligned to 16
// bytes.
#define BORDER 4
template <int H, int Planes>
struct Local
{
    static const int pitch = H + BORDER, plane = (H + BORDER) * pitch, floats = Planes * plane + BORDER * pitch + 2 * BORDER;
    __device__ static int at(int plane, int row, int column)
    {
        return BORDER + plane * Local::plane + (BORDER + row) * pitch + column;
    }
    __device__ static void clear(float* local)
    {
        for (int i = threadIdx.x; i < floats / 4; i += THREADS) ((Quad*)local)[i] = 0;
    }
};

// A K x K window with dilation D, its centre in the middle.
template <int K, int D>
struct Window
{
    static const int taps = K * K;

    // Gives `each` a tap and the four pixels that it multiplies, of outputs that are S apart and begin at x. Taps go from the window's
    // first to its last pixel (Turn = 1) or the other way (-1: the gradient).
    template <int S, int Turn, int Pitch, typename Each>
    __device__ static void pixels(const float* x, Each each)
    {
        const int reads = S == 1 ? 3 : 4;
#pragma unroll
        for (int kh = 0; kh < K; kh++)
        {
            const float* row = x + Turn * (kh - K / 2) * D * Pitch;
            float v[4 * reads];
#pragma unroll
            for (int i = 0; i < reads; i++)
            {
                if (K == 1 && S == 1 && i != 1) continue;
                const Quad q = *(const Quad*)(row - BORDER + 4 * i);
                v[4 * i] = q.x, v[4 * i + 1] = q.y, v[4 * i + 2] = q.z, v[4 * i + 3] = q.w;
            }
#pragma unroll
            for (int kw = 0; kw < K; kw++)
            {
                const int first = BORDER + Turn * (kw - K / 2) * D;
                const Quad pixels = {v[first], v[first + S], v[first + 2 * S], v[first + 3 * S]};
                each(kh * K + kw, pixels);
            }
        }
    }
};

// The depthwise part of separable_planes.hip and source_planes.hip: which window a branch has, and its outputs channel by channel.
// The window of a branch, one of those that the host lets through, as a number; and f called with it as template arguments.
__device__ inline int window_of(const Branch& b) { return !b.depthwise ? 0 : b.kernel_h == 3 ? b.dilation : 2 + b.dilation; }

template <typename F>
__device__ inline void by_window(int window, F f)
{
    if (window == 0) f(Window<1, 1>());
    else if (window == 1) f(Window<3, 1>());
    else if (window == 2) f(Window<3, 2>());
    else if (window == 3) f(Window<5, 1>());
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
    int place, stride, window;
    Quad next[loads];

    __device__ Depthwise(const Branch& branch, float* memory, int images, int first)
        : Depthwise(branch, memory, images, first, Spot<W * S>(threadIdx.x), Spot<W>(threadIdx.x)) {}

    __device__ Depthwise(const Branch& branch, float* memory, int images, int first, Spot<W * S> in, Spot<W> out)
        : b(branch), local(memory), centre(memory + Planes::at(out.plane, out.row * S, out.column * S)),
          x(tensor(branch.src, images, branch.inputs, branch.height * branch.width)),
          at(first + in.plane, in.row, in.column, images, branch.inputs, branch.height, branch.width),
          place(Planes::at(in.plane, in.row, in.column)), stride(planes_a_load * branch.inputs * branch.height * branch.width * FLOAT),
          window(window_of(branch))
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
        // Hidden from the compiler, which would else keep the outcome of each comparison in two scalar registers.
        int form_of_branch = window;
        asm volatile("" : "+s"(form_of_branch));
        by_window(form_of_branch, [&](auto form)
        {
            const Uniform filter = uniform(b.depthwise) + c * form.taps;
            form.template pixels<S, 1, Planes::pitch>(centre, [&](int tap, Quad x) { u += (form.taps == 1 ? 1.0f : filter[tap]) * x; });
        });
        return u;
    }
};

// A thread's quad of the outputs.
template <int W>
__device__ inline QuadAt output_at(const Branch& b, int images, int first)
{
    const Spot<W> s(threadIdx.x);
    return QuadAt(first + s.plane, s.row, s.column, images, b.channels, b.out_height, b.out_width);
}

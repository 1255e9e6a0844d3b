// Buffer instructions, whose address is a descriptor, an offset a lane and one of the plane, and which read zero outside of the tensor and
// write nothing there: padding costs no test.
typedef float Quad __attribute__((ext_vector_type(4)));
typedef float Pair __attribute__((ext_vector_type(2)));
typedef int Descriptor __attribute__((ext_vector_type(4)));

// By name, as LLVM before 17 has no builtins for them.
__device__ Quad buffer_load_quad(Descriptor, int offset, int plane, int flags) __asm("llvm.amdgcn.raw.buffer.load.v4f32");
__device__ Pair buffer_load_pair(Descriptor, int offset, int plane, int flags) __asm("llvm.amdgcn.raw.buffer.load.v2f32");
__device__ void buffer_store_quad(Quad, Descriptor, int offset, int plane, int flags) __asm("llvm.amdgcn.raw.buffer.store.v4f32");
__device__ void buffer_store_one(float, Descriptor, int offset, int plane, int flags) __asm("llvm.amdgcn.raw.buffer.store.f32");
// Four bytes.
__device__ int buffer_load_bytes(Descriptor, int offset, int plane, int flags) __asm("llvm.amdgcn.raw.buffer.load.i32");
__device__ void buffer_store_bytes(int, Descriptor, int offset, int plane, int flags) __asm("llvm.amdgcn.raw.buffer.store.i32");

typedef float Row __attribute__((ext_vector_type(16)));
__device__ float scalar_load(Descriptor, int offset, int flags) __asm("llvm.amdgcn.s.buffer.load.f32");
__device__ Row scalar_load_row(Descriptor, int offset, int flags) __asm("llvm.amdgcn.s.buffer.load.v16f32");

// The last word of a descriptor of plain bytes.
#if defined(__gfx1030__)
#define PLAIN_BYTES 0x31014000
#elif defined(__gfx1100__)
#define PLAIN_BYTES 0x31004000
#else
#define PLAIN_BYTES 0x00020000
#endif

// Behind every tensor of the host's plane form (below 2 GB), so that the range check fails whatever is added.
#define OUTSIDE ((int)0x80000000)
#define FLOAT ((int)sizeof(float))

__device__ inline Descriptor descriptor(const float* p, int floats)
{
    const unsigned long long address = (unsigned long long)p;
    return {(int)address, (int)(address >> 32) & 0xffff, floats * FLOAT, PLAIN_BYTES};
}

__device__ inline Descriptor tensor(const float* p, int images, int channels, int pixels)
{
    return descriptor(p, images * channels * pixels);
}

using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Streams;

namespace MIOpenDarts.Interop.Kernels;

/// <summary>A kernel of a loaded module.</summary>
public sealed unsafe class HipKernel
{
    private readonly HipModule module;
    private readonly hipFunction_t function;

    internal HipKernel(HipModule module, hipFunction_t function, string name)
    {
        this.module = module;
        this.function = function;
        Name = name;
    }

    /// <summary>The kernel's name.</summary>
    public string Name { get; }

    /// <summary>Vector registers of a thread.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int Registers => Attribute(hipFunction_attribute.HIP_FUNC_ATTRIBUTE_NUM_REGS);

    /// <summary>Statically used local data share of a work-group, in bytes.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int SharedBytes => Attribute(hipFunction_attribute.HIP_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);

    /// <summary>
    /// Private (scratch) memory of a thread, in bytes: more than 0 means that registers were spilled or arrays are indexed.
    /// </summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int LocalBytes => Attribute(hipFunction_attribute.HIP_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES);

    /// <summary>The most threads of a work-group that the kernel's registers allow.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int MaxThreadsPerBlock => Attribute(hipFunction_attribute.HIP_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK);

    /// <summary>Gives the kernel to a stream.</summary>
    /// <param name="stream">The stream, of the module's device.</param>
    /// <param name="grid">Number of work-groups; none may be 0.</param>
    /// <param name="block">Threads of a work-group; none may be 0.</param>
    /// <param name="arguments">The arguments, in the order of the kernel's parameters.</param>
    /// <param name="sharedBytes">Dynamic local data share of a work-group, in bytes.</param>
    /// <exception cref="ArgumentException">A dimension is 0, or a buffer belongs to another device.</exception>
    /// <exception cref="HipException">The launch was refused. Failures while running come with the next synchronisation.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sharedBytes"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public void Launch(HipStream stream, Dim3 grid, Dim3 block, KernelArguments arguments, int sharedBytes = 0)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentOutOfRangeException.ThrowIfNegative(sharedBytes);
        if (grid.Count == 0 || block.Count == 0)
        {
            throw new ArgumentException($"Kernel {Name}: neither the grid {grid} nor the block {block} may have a dimension of 0.",
                nameof(grid));
        }
        using var held = Leases.Open(module.Device);
        _ = held[module];
        foreach (var (at, span) in arguments.Pointers)
        {
            var address = (nint)span.In(held);
            MemoryMarshal.Write(arguments.Packed[at..], in address);
        }
        nuint size = (nuint)arguments.Bytes;
        fixed (byte* packed = arguments.Packed)
        {
            var extra = stackalloc void*[5];
            extra[0] = HipNative.HIP_LAUNCH_PARAM_BUFFER_POINTER;
            extra[1] = packed;
            extra[2] = HipNative.HIP_LAUNCH_PARAM_BUFFER_SIZE;
            extra[3] = &size;
            extra[4] = HipNative.HIP_LAUNCH_PARAM_END;
            var status = HipNative.hipModuleLaunchKernel(
                function, grid.X, grid.Y, grid.Z, block.X, block.Y, block.Z, (uint)sharedBytes, stream.In(held), null, extra);
            Status.Check(status, $"{nameof(HipNative.hipModuleLaunchKernel)}[{Name}]");
        }
    }

    /// <summary>How many work-groups of a size run on one compute unit at the same time.</summary>
    /// <param name="threads">Threads of a work-group.</param>
    /// <param name="sharedBytes">Dynamic local data share of a work-group, in bytes.</param>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public int BlocksPerComputeUnit(int threads, int sharedBytes = 0)
    {
        using var held = Leases.Open(module.Device);
        _ = held[module];
        int blocks;
        Status.Check(HipNative.hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, function, threads, (nuint)sharedBytes));
        return blocks;
    }

    private int Attribute(hipFunction_attribute attribute)
    {
        using var held = Leases.Open(module.Device);
        _ = held[module];
        int value;
        Status.Check(HipNative.hipFuncGetAttribute(&value, attribute, function));
        return value;
    }
}

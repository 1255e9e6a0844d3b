using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>A compiled solution of a <see cref="ConvolutionProblem"/>. It can be saved and loaded in a later run.</summary>
public sealed unsafe class ProblemSolution : Descriptor
{
    private ProblemSolution()
    {
    }

    /// <summary>Bytes of workspace that it needs.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public long WorkspaceBytes
    {
        get
        {
            using var held = Leases.Open();
            nuint bytes;
            Status.Check(MIOpenNative.miopenGetSolutionWorkspaceSize(In(held), &bytes));
            return (long)bytes;
        }
    }

    /// <summary>Measured time.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public float Milliseconds
    {
        get
        {
            using var held = Leases.Open();
            float time;
            Status.Check(MIOpenNative.miopenGetSolutionTime(In(held), &time));
            return time;
        }
    }

    /// <summary>MIOpen's number of the solver.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public ulong SolverId
    {
        get
        {
            using var held = Leases.Open();
            ulong id;
            Status.Check(MIOpenNative.miopenGetSolutionSolverId(In(held), &id));
            return id;
        }
    }

    /// <summary>Loads what <see cref="Save"/> gave, on the same kind of device and with the same MIOpen.</summary>
    /// <exception cref="MIOpenException">The data is damaged.</exception>
    /// <exception cref="RocmNotFoundException">The library is not on this machine.</exception>
    public static ProblemSolution Load(ReadOnlySpan<byte> data)
    {
        Loading.Rocm.Require(Loading.RocmLibrary.MIOpen);
        miopenSolution_t loaded;
        fixed (byte* bytes = data)
        {
            Status.Check(MIOpenNative.miopenLoadSolution(&loaded, bytes, (nuint)data.Length));
        }
        return From(loaded);
    }

    /// <summary>The solution as bytes.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public byte[] Save()
    {
        using var held = Leases.Open();
        nuint size;
        Status.Check(MIOpenNative.miopenGetSolutionSize(In(held), &size));
        var data = new byte[checked((int)size)];
        fixed (byte* bytes = data)
        {
            Status.Check(MIOpenNative.miopenSaveSolution(In(held), bytes));
        }
        return data;
    }

    /// <summary>Computes the convolution.</summary>
    /// <param name="handle">On whose stream.</param>
    /// <param name="x">x or dx.</param>
    /// <param name="w">w or dw.</param>
    /// <param name="y">y or dy.</param>
    /// <param name="workspace">At least <see cref="WorkspaceBytes"/>.</param>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Run(MIOpenHandle handle, in DeviceTensor x, in DeviceTensor w, in DeviceTensor y, DeviceSpan workspace)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _ = workspace.AtLeast(WorkspaceBytes, nameof(workspace));
        using var held = Leases.Open(handle.Device);
        var (xd, wd, yd) = (x.Descriptor.In(held), w.Descriptor.In(held), y.Descriptor.In(held));
        var arguments = stackalloc miopenTensorArgument_t[3];
        arguments[0] = new() { id = miopenTensorArgumentId_t.miopenTensorConvolutionX, descriptor = &xd, buffer = x.Data.In(held) };
        arguments[1] = new() { id = miopenTensorArgumentId_t.miopenTensorConvolutionW, descriptor = &wd, buffer = w.Data.In(held) };
        arguments[2] = new() { id = miopenTensorArgumentId_t.miopenTensorConvolutionY, descriptor = &yd, buffer = y.Data.In(held) };
        Status.Check(MIOpenNative.miopenRunSolution(handle.In(held), In(held), 3, arguments, workspace.In(held), (nuint)workspace.Bytes));
    }

    internal static ProblemSolution From(miopenSolution_t native)
    {
        var solution = new ProblemSolution();
        solution.Own(native);
        return solution;
    }

    private protected override miopenStatus_t DestroyDescriptor() => MIOpenNative.miopenDestroySolution((miopenSolution_t)handle);

    private miopenSolution_t In(Leases held) => (miopenSolution_t)held[this];
}

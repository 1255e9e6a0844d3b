using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Streams;

public sealed unsafe partial class HipStream
{
    /// <summary>
    /// Runs an action on a thread of the HIP runtime when the stream comes to this point; later work waits for it. The action must not call
    /// HIP, and an exception in it ends the process, as nobody could catch it. Needs ROCm 5.3 or later.
    /// </summary>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public void OnReached(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var held = Leases.Open(Device);
        var root = GCHandle.Alloc(action);
        var status = HipNative.hipLaunchHostFunc(In(held), &RunAction, (void*)GCHandle.ToIntPtr(root));
        if (status != hipError_t.hipSuccess)
        {
            root.Free();
            throw Status.Failure(status, nameof(HipNative.hipLaunchHostFunc));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunAction(void* state)
    {
        var root = GCHandle.FromIntPtr((nint)state);
        var action = (Action)root.Target!;
        root.Free();
        action();
    }
}

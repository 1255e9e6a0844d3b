using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

public sealed unsafe partial class MIOpenHandle
{
    /// <summary>
    /// Bytes of workspace that a search over all solvers of a convolution may use. Ask before each search: the answer depends on what
    /// earlier ones found, and with less MIOpen leaves solvers out.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public long ConvolutionWorkspaceBytes(in ConvolutionCall call)
    {
        call.Validate();
        using var held = Leases.Open(Device);
        TensorDescriptor x = call.X.Descriptor, w = call.W.Descriptor, y = call.Y.Descriptor;
        var (h, c) = (In(held), call.Descriptor.In(held));
        nuint bytes;
        Status.Check(call.Direction switch
        {
            ConvolutionDirection.Forward =>
                MIOpenNative.miopenConvolutionForwardGetWorkSpaceSize(h, w.In(held), x.In(held), c, y.In(held), &bytes),
            ConvolutionDirection.BackwardData =>
                MIOpenNative.miopenConvolutionBackwardDataGetWorkSpaceSize(h, y.In(held), w.In(held), c, x.In(held), &bytes),
            _ => MIOpenNative.miopenConvolutionBackwardWeightsGetWorkSpaceSize(h, y.In(held), x.In(held), c, w.In(held), &bytes),
        }, "miopenConvolutionGetWorkSpaceSize");
        return (long)bytes;
    }

    /// <summary>
    /// Finds, compiles and measures solvers, and fills the output with their results. Has to be done once before <see cref="Convolve(in
    /// ConvolutionCall, ConvolutionPlan, DeviceSpan)"/> of the same problem; slow (0.3 s to several seconds for kernels that are not in
    /// MIOpen's cache).
    /// </summary>
    /// <param name="call">The convolution; its tensors are read and written.</param>
    /// <param name="workspace">Memory of <see cref="ConvolutionWorkspaceBytes"/>.</param>
    /// <param name="exhaustive">Whether to tune the solvers' parameters as well (minutes).</param>
    /// <returns>What was found, fastest first; at least one.</returns>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public IReadOnlyList<ConvolutionPlan> FindConvolutions(in ConvolutionCall call, DeviceSpan workspace, bool exhaustive = false)
    {
        const int most = 8;
        call.Validate();
        using var held = Leases.Open(Device);
        DeviceTensor x = call.X, w = call.W, y = call.Y;
        var (h, c, ws, tune) = (In(held), call.Descriptor.In(held), (nint)workspace.In(held), exhaustive ? (byte)1 : (byte)0);
        var found = stackalloc miopenConvAlgoPerf_t[most];
        int count;
        Status.Check(call.Direction switch
        {
            ConvolutionDirection.Forward => MIOpenNative.miopenFindConvolutionForwardAlgorithm(h, x.Descriptor.In(held), x.Data.In(held),
                w.Descriptor.In(held), w.Data.In(held), c, y.Descriptor.In(held), y.Data.In(held), most, &count, found, (void*)ws,
                (nuint)workspace.Bytes, tune),
            ConvolutionDirection.BackwardData => MIOpenNative.miopenFindConvolutionBackwardDataAlgorithm(
                h, y.Descriptor.In(held), y.Data.In(held),
                w.Descriptor.In(held), w.Data.In(held), c, x.Descriptor.In(held), x.Data.In(held), most, &count, found, (void*)ws,
                (nuint)workspace.Bytes, tune),
            _ => MIOpenNative.miopenFindConvolutionBackwardWeightsAlgorithm(h, y.Descriptor.In(held), y.Data.In(held),
                x.Descriptor.In(held), x.Data.In(held), c, w.Descriptor.In(held), w.Data.In(held), most, &count, found, (void*)ws,
                (nuint)workspace.Bytes, tune),
        }, "miopenFindConvolutionAlgorithm");
        var plans = new ConvolutionPlan[count];
        for (var i = 0; i < count; i++)
        {
            plans[i] = new ConvolutionPlan(call.Direction, (int)found[i].fwd_algo, found[i].time, (long)found[i].memory);
        }
        return plans;
    }

    /// <summary>Computes a convolution with a solver that <see cref="FindConvolutions"/> found for the same problem.</summary>
    /// <param name="call">The convolution.</param>
    /// <param name="plan">What was found.</param>
    /// <param name="workspace">At least <see cref="ConvolutionPlan.WorkspaceBytes"/>.</param>
    /// <exception cref="MIOpenException">Among others if the problem was not searched before.</exception>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public void Convolve(in ConvolutionCall call, ConvolutionPlan plan, DeviceSpan workspace)
    {
        ArgumentNullException.ThrowIfNull(plan);
        call.Validate();
        if (plan.Direction != call.Direction)
        {
            throw new ArgumentException($"The plan is for {plan.Direction}, the call for {call.Direction}.", nameof(plan));
        }
        _ = workspace.AtLeast(plan.WorkspaceBytes, nameof(workspace));
        using var held = Leases.Open(Device);
        DeviceTensor x = call.X, w = call.W, y = call.Y;
        var (h, c, ws) = (In(held), call.Descriptor.In(held), (nint)workspace.In(held));
        float one = 1, zero = 0;
        Status.Check(call.Direction switch
        {
            ConvolutionDirection.Forward => MIOpenNative.miopenConvolutionForward(h, &one, x.Descriptor.In(held), x.Data.In(held),
                w.Descriptor.In(held), w.Data.In(held), c, (miopenConvFwdAlgorithm_t)plan.Algorithm, &zero,
                y.Descriptor.In(held), y.Data.In(held), (void*)ws, (nuint)workspace.Bytes),
            ConvolutionDirection.BackwardData => MIOpenNative.miopenConvolutionBackwardData(h, &one, y.Descriptor.In(held), y.Data.In(held),
                w.Descriptor.In(held), w.Data.In(held), c, (miopenConvBwdDataAlgorithm_t)plan.Algorithm, &zero,
                x.Descriptor.In(held), x.Data.In(held), (void*)ws, (nuint)workspace.Bytes),
            _ => MIOpenNative.miopenConvolutionBackwardWeights(h, &one, y.Descriptor.In(held), y.Data.In(held),
                x.Descriptor.In(held), x.Data.In(held), c, (miopenConvBwdWeightsAlgorithm_t)plan.Algorithm, &zero,
                w.Descriptor.In(held), w.Data.In(held), (void*)ws, (nuint)workspace.Bytes),
        }, $"miopenConvolution{call.Direction}");
    }
}

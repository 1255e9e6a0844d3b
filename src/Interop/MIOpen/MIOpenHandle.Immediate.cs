using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

public sealed unsafe partial class MIOpenHandle
{
    /// <summary>The solvers of MIOpen's immediate mode for a convolution, best first. Runs nothing on the device.</summary>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public IReadOnlyList<ConvolutionSolution> ConvolutionSolutions(in ConvolutionCall call)
    {
        call.Validate();
        using var held = Leases.Open(Device);
        var (h, c) = (In(held), call.Descriptor.In(held));
        var (x, w, y) = (call.X.Descriptor.In(held), call.W.Descriptor.In(held), call.Y.Descriptor.In(held));
        nuint count;
        Status.Check(call.Direction switch
        {
            ConvolutionDirection.Forward => MIOpenNative.miopenConvolutionForwardGetSolutionCount(h, w, x, c, y, &count),
            ConvolutionDirection.BackwardData => MIOpenNative.miopenConvolutionBackwardDataGetSolutionCount(h, y, w, c, x, &count),
            _ => MIOpenNative.miopenConvolutionBackwardWeightsGetSolutionCount(h, y, x, c, w, &count),
        }, "miopenConvolutionGetSolutionCount");
        var found = new miopenConvSolution_t[(int)count];
        nuint returned;
        fixed (miopenConvSolution_t* f = found)
        {
            Status.Check(call.Direction switch
            {
                ConvolutionDirection.Forward => MIOpenNative.miopenConvolutionForwardGetSolution(h, w, x, c, y, count, &returned, f),
                ConvolutionDirection.BackwardData =>
                    MIOpenNative.miopenConvolutionBackwardDataGetSolution(h, y, w, c, x, count, &returned, f),
                _ => MIOpenNative.miopenConvolutionBackwardWeightsGetSolution(h, y, x, c, w, count, &returned, f),
            }, "miopenConvolutionGetSolution");
        }
        var direction = call.Direction;
        return found.Take((int)returned).Select(s => new ConvolutionSolution(direction, s.solution_id, s.time, (long)s.workspace_size))
            .ToArray();
    }

    /// <summary>
    /// Compiles a solution's kernels, so that the first <see cref="Convolve(in ConvolutionCall, ConvolutionSolution, DeviceSpan)"/> does
    /// not.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Compile(in ConvolutionCall call, ConvolutionSolution solution)
    {
        Fits(call, solution);
        using var held = Leases.Open(Device);
        var (h, c) = (In(held), call.Descriptor.In(held));
        var (x, w, y) = (call.X.Descriptor.In(held), call.W.Descriptor.In(held), call.Y.Descriptor.In(held));
        Status.Check(call.Direction switch
        {
            ConvolutionDirection.Forward => MIOpenNative.miopenConvolutionForwardCompileSolution(h, w, x, c, y, solution.Id),
            ConvolutionDirection.BackwardData => MIOpenNative.miopenConvolutionBackwardDataCompileSolution(h, y, w, c, x, solution.Id),
            _ => MIOpenNative.miopenConvolutionBackwardWeightsCompileSolution(h, y, x, c, w, solution.Id),
        }, "miopenConvolutionCompileSolution");
    }

    /// <summary>Computes a convolution with a solver of the immediate mode; no search is needed before.</summary>
    /// <param name="call">The convolution.</param>
    /// <param name="solution">One of <see cref="ConvolutionSolutions"/> of the same problem.</param>
    /// <param name="workspace">At least <see cref="ConvolutionSolution.WorkspaceBytes"/>.</param>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Convolve(in ConvolutionCall call, ConvolutionSolution solution, DeviceSpan workspace)
    {
        Fits(call, solution);
        _ = workspace.AtLeast(solution.WorkspaceBytes, nameof(workspace));
        using var held = Leases.Open(Device);
        DeviceTensor x = call.X, w = call.W, y = call.Y;
        var (h, c, ws, id) = (In(held), call.Descriptor.In(held), (nint)workspace.In(held), solution.Id);
        Status.Check(call.Direction switch
        {
            ConvolutionDirection.Forward => MIOpenNative.miopenConvolutionForwardImmediate(h, w.Descriptor.In(held), w.Data.In(held),
                x.Descriptor.In(held), x.Data.In(held), c, y.Descriptor.In(held), y.Data.In(held), (void*)ws, (nuint)workspace.Bytes, id),
            ConvolutionDirection.BackwardData => MIOpenNative.miopenConvolutionBackwardDataImmediate(
                h, y.Descriptor.In(held), y.Data.In(held),
                w.Descriptor.In(held), w.Data.In(held), c, x.Descriptor.In(held), x.Data.In(held), (void*)ws, (nuint)workspace.Bytes, id),
            _ => MIOpenNative.miopenConvolutionBackwardWeightsImmediate(h, y.Descriptor.In(held), y.Data.In(held),
                x.Descriptor.In(held), x.Data.In(held), c, w.Descriptor.In(held), w.Data.In(held), (void*)ws, (nuint)workspace.Bytes, id),
        }, $"miopenConvolution{call.Direction}Immediate");
    }

    private static void Fits(in ConvolutionCall call, ConvolutionSolution solution)
    {
        ArgumentNullException.ThrowIfNull(solution);
        call.Validate();
        if (solution.Direction != call.Direction)
        {
            throw new ArgumentException($"The solution is for {solution.Direction}, the call for {call.Direction}.", nameof(solution));
        }
    }
}

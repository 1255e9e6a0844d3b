using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen.Device;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen.Convolutions;

/// <summary>One convolution in the terms of MIOpen: what decides over the solver.</summary>
internal readonly record struct ConvolutionKey(ConvolutionDirection Direction, Shape Src, Shape Weights, Shape Dst, Window Window, int Groups);

/// <summary>
/// Dense and grouped convolutions through MIOpen. A solver is searched once for each problem, because MIOpen refuses to compute before it
/// has searched; the search overwrites its output, so it runs on the tensors of the first call, just before that call.
/// </summary>
internal sealed class ConvolutionSolver(MIOpenHandle miopen, DeviceMemory memory) : IDisposable
{
    private readonly Dictionary<ConvolutionKey, Problem> problems = [];
    private DeviceStorage? workspace;

    private sealed record Problem(ConvolutionDescriptor Descriptor, TensorDescriptor X, TensorDescriptor W, TensorDescriptor Y)
    {
        public ConvolutionPlan? Plan { get; set; }
    }

    /// <summary>Overwrites the tensor that the direction computes: y, x or w.</summary>
    public void Run(in ConvolutionKey key, nint x, nint w, nint y)
    {
        var problem = Describe(key);
        var call = new ConvolutionCall(
            key.Direction, problem.Descriptor, Tensor(problem.X, x), Tensor(problem.W, w), Tensor(problem.Y, y));
        problem.Plan ??= Find(call);
        var bytes = problem.Plan.WorkspaceBytes;
        miopen.Convolve(call, problem.Plan, bytes == 0 ? default : memory.Span(Workspace(bytes), bytes));
    }

    public void Dispose()
    {
        foreach (var (descriptor, x, w, y) in problems.Values)
        {
            descriptor.Dispose();
            x.Dispose();
            w.Dispose();
            y.Dispose();
        }

        workspace?.Dispose();
    }

    // Apart from the scratch memory of the operation, in which the result may lie.
    private nint Workspace(long bytes)
    {
        if (workspace is null || workspace.Bytes < bytes)
        {
            workspace?.Dispose();
            workspace = memory.Allocate(bytes);
        }

        return workspace.Address;
    }

    private ConvolutionPlan Find(in ConvolutionCall call)
    {
        // Asked anew each time: the answer depends on what earlier searches found.
        var bytes = Math.Max(64, miopen.ConvolutionWorkspaceBytes(call));
        return miopen.FindConvolutions(call, memory.Span(Workspace(bytes), bytes))[0];
    }

    private DeviceTensor Tensor(TensorDescriptor descriptor, nint address) => new(descriptor, memory.Span(address, descriptor.Bytes));

    private Problem Describe(in ConvolutionKey key)
    {
        if (problems.TryGetValue(key, out var known)) return known;
        var window = key.Window;
        var descriptor = ConvolutionDescriptor.Create(
            (window.PaddingH, window.PaddingW), (window.StrideH, window.StrideW), (window.Dilation, window.Dilation), key.Groups);
        descriptor.Deterministic = true;
        return problems[key] = new Problem(descriptor, Descriptor(key.Src), Descriptor(key.Weights), Descriptor(key.Dst));
    }

    private static TensorDescriptor Descriptor(Shape s) => TensorDescriptor.Packed(DataType.Float, s.N, s.C, s.H, s.W);
}

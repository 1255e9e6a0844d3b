using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen.Device;

namespace MIOpenDarts.Layers.Backends.MIOpen.Convolutions;

/// <summary>
/// Dense and grouped convolutions through MIOpen. A solver is searched once for each problem and remembered on disk; the search overwrites
/// its output, so it runs on the tensors of the first call, just before that call.
/// </summary>
internal sealed class ConvolutionSolver(MIOpenHandle miopen, Descriptors descriptors, DeviceMemory memory, SolverMemory choices)
    : IDisposable
{
    private readonly Dictionary<ConvolutionKey, Problem> problems = [];
    private DeviceStorage? workspace;

    private sealed record Problem(ConvolutionDescriptor Descriptor, TensorDescriptor X, TensorDescriptor W, TensorDescriptor Y)
    {
        public ConvolutionSolution? Solution { get; set; }
    }

    /// <summary>Searches that were run so far.</summary>
    public int Searches { get; private set; }

    /// <summary>Overwrites the tensor that the direction computes: y, x or w.</summary>
    public void Run(in ConvolutionKey key, nint x, nint w, nint y)
    {
        var problem = Describe(key);
        var call = Call(key, problem, x, w, y);
        var solution = problem.Solution ??= Remembered(key, call) ?? Kept(key, call, Find(call));
        var workspace = solution.WorkspaceBytes == 0 ? default : memory.Span(Workspace(solution.WorkspaceBytes), solution.WorkspaceBytes);
        miopen.Convolve(call, solution, workspace);
    }

    /// <summary>Finds the solver that <see cref="Run"/> takes from now on in this process, but does not remember it.</summary>
    public SolverChoice Search(in ConvolutionKey key, nint x, nint w, nint y)
    {
        var problem = Describe(key);
        problem.Solution = Find(Call(key, problem, x, w, y));
        return ChoiceOf(problem.Solution);
    }

    public void Dispose()
    {
        foreach (var problem in problems.Values) problem.Descriptor.Dispose();
        workspace?.Dispose();
    }

    // Apart from the scratch memory of the operation, in which the result may lie.
    private nint Workspace(long bytes)
    {
        if (workspace is null || workspace.Bytes < bytes)
        {
            workspace?.Dispose();
            workspace = null;
            workspace = memory.Allocate(bytes);
        }

        return workspace.Address;
    }

    private ConvolutionSolution? Remembered(in ConvolutionKey key, in ConvolutionCall call)
    {
        if (choices[key] is not { Library: SolverChoice.MIOpen } choice) return null;
        var solution = new ConvolutionSolution(key.Direction, choice.Solution, (float)choice.Milliseconds, choice.WorkspaceBytes);
        try
        {
            miopen.Compile(call, solution);
            return solution;
        }
        catch (MIOpenException)
        {
            // A file of another build with the same version.
            choices.Forget(key);
            return null;
        }
    }

    private ConvolutionSolution Find(in ConvolutionCall call)
    {
        Searches++;
        // Asked anew each time: the answer depends on what earlier searches found.
        var bytes = Math.Max(64, miopen.ConvolutionWorkspaceBytes(call));
        miopen.FindConvolutions(call, memory.Span(Workspace(bytes), bytes));
        // What the search found stands first there, with its number.
        return miopen.ConvolutionSolutions(call)[0];
    }

    private ConvolutionSolution Kept(in ConvolutionKey key, in ConvolutionCall call, ConvolutionSolution found) =>
        choices.Add(key, ChoiceOf(found)).Solution == found.Id ? found : Remembered(key, call) ?? found;

    private static SolverChoice ChoiceOf(ConvolutionSolution s) => new(SolverChoice.MIOpen, s.Id, s.WorkspaceBytes, s.Milliseconds);

    private ConvolutionCall Call(in ConvolutionKey key, Problem problem, nint x, nint w, nint y) =>
        new(key.Direction, problem.Descriptor, Tensor(problem.X, x), Tensor(problem.W, w), Tensor(problem.Y, y));

    private DeviceTensor Tensor(TensorDescriptor descriptor, nint address) => new(descriptor, memory.Span(address, descriptor.Bytes));

    private Problem Describe(in ConvolutionKey key)
    {
        if (problems.TryGetValue(key, out var known)) return known;
        var window = key.Window;
        var descriptor = ConvolutionDescriptor.Create(
            (window.PaddingH, window.PaddingW), (window.StrideH, window.StrideW), (window.Dilation, window.Dilation), key.Groups);
        descriptor.Deterministic = key.Deterministic;
        return problems[key] = new Problem(descriptor, descriptors[key.Src], descriptors[key.Weights], descriptors[key.Dst]);
    }
}

using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>
/// A convolution in the terms of MIOpen's Find 2.0: the problem without memory, solved into <see cref="ProblemSolution"/>s.
/// </summary>
public sealed unsafe class ConvolutionProblem : Descriptor
{
    private ConvolutionProblem()
    {
    }

    /// <summary>Describes a problem. The descriptors are copied.</summary>
    /// <param name="direction">What is computed.</param>
    /// <param name="convolution">Padding, stride, dilation, groups.</param>
    /// <param name="x">Input, packed.</param>
    /// <param name="w">Weights, packed.</param>
    /// <param name="y">Output, packed.</param>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="RocmNotFoundException">There is no MIOpen.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public static ConvolutionProblem Create(
        ConvolutionDirection direction, ConvolutionDescriptor convolution, TensorDescriptor x, TensorDescriptor w, TensorDescriptor y)
    {
        ArgumentNullException.ThrowIfNull(convolution);
        var problem = new ConvolutionProblem();
        using var held = Leases.Open();
        miopenProblem_t created;
        Status.Check(MIOpenNative.miopenCreateConvProblem(&created, convolution.In(held), direction switch
        {
            ConvolutionDirection.Forward => miopenProblemDirection_t.miopenProblemDirectionForward,
            ConvolutionDirection.BackwardData => miopenProblemDirection_t.miopenProblemDirectionBackward,
            _ => miopenProblemDirection_t.miopenProblemDirectionBackwardWeights,
        }));
        problem.Own(created);
        problem.Describe(miopenTensorArgumentId_t.miopenTensorConvolutionX, x);
        problem.Describe(miopenTensorArgumentId_t.miopenTensorConvolutionW, w);
        problem.Describe(miopenTensorArgumentId_t.miopenTensorConvolutionY, y);
        return problem;
    }

    /// <summary>Searches solutions. Compiles and measures, so it is slow.</summary>
    /// <param name="handle">Where.</param>
    /// <param name="workspaceLimit">Solutions that need more workspace (bytes) are left out.</param>
    /// <param name="most">The most solutions to return.</param>
    /// <returns>What was found, fastest first; dispose each.</returns>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is not positive.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public IReadOnlyList<ProblemSolution> Find(MIOpenHandle handle, long workspaceLimit, int most = 4)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        using var options = FindOptions.Create(workspaceLimit);
        using var held = Leases.Open(handle.Device);
        var found = new miopenSolution_t[most];
        nuint count;
        fixed (miopenSolution_t* first = found)
        {
            Status.Check(MIOpenNative.miopenFindSolutions(handle.In(held), (miopenProblem_t)held[this], options.In(held), first, &count,
                (nuint)most));
        }
        return found.Take((int)count).Select(ProblemSolution.From).ToArray();
    }

    private protected override miopenStatus_t DestroyDescriptor() => MIOpenNative.miopenDestroyProblem((miopenProblem_t)handle);

    private void Describe(miopenTensorArgumentId_t id, TensorDescriptor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!tensor.IsPacked)
        {
            throw new ArgumentException($"{tensor}: MIOpen computes wrong convolutions of tensors that are not packed.", nameof(tensor));
        }
        using var held = Leases.Open();
        Status.Check(MIOpenNative.miopenSetProblemTensorDescriptor((miopenProblem_t)held[this], id, tensor.In(held)));
    }

    private sealed class FindOptions : Descriptor
    {
        public static FindOptions Create(long workspaceLimit)
        {
            var options = new FindOptions();
            miopenFindOptions_t created;
            Status.Check(MIOpenNative.miopenCreateFindOptions(&created));
            options.Own(created);
            using var held = Leases.Open();
            Status.Check(MIOpenNative.miopenSetFindOptionResultsOrder(options.In(held),
                miopenFindResultsOrder_t.miopenFindResultsOrderByTime));
            Status.Check(MIOpenNative.miopenSetFindOptionWorkspaceLimit(options.In(held), (nuint)workspaceLimit));
            return options;
        }

        public miopenFindOptions_t In(Leases held) => (miopenFindOptions_t)held[this];

        private protected override miopenStatus_t DestroyDescriptor() => MIOpenNative.miopenDestroyFindOptions((miopenFindOptions_t)handle);
    }
}

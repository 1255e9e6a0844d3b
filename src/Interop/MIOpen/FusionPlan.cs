using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>
/// Several operations in one kernel: add them in order, <see cref="TryCompile"/>, give the arguments of each, execute. MIOpen knows only
/// some combinations (convolution, bias, batch normalisation for inference, activation), and says so when it compiles.
/// </summary>
public sealed unsafe class FusionPlan : Descriptor
{
    private readonly TensorDescriptor input;
    private readonly FusionArguments arguments;
    private readonly List<(miopenFusionOpDescriptor_t Op, NativeHandle[] Uses)> operations = [];

    private FusionPlan(TensorDescriptor input)
    {
        this.input = input;
        arguments = FusionArguments.Create();
    }

    /// <summary>Number of operations added so far; the next one gets this index.</summary>
    public int Count => operations.Count;

    /// <summary>Begins a plan.</summary>
    /// <param name="input">The first operation's input.</param>
    public static FusionPlan Create(TensorDescriptor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var plan = new FusionPlan(input);
        using var held = Leases.Open();
        miopenFusionPlanDescriptor_t created;
        Status.Check(MIOpenNative.miopenCreateFusionPlan(&created, miopenFusionDirection_t.miopenVerticalFusion, input.In(held)));
        plan.Own(created);
        return plan;
    }

    /// <summary>Adds a convolution.</summary>
    /// <returns>The operation's index, for its arguments.</returns>
    public int AddConvolution(ConvolutionDescriptor convolution, TensorDescriptor w)
    {
        ArgumentNullException.ThrowIfNull(convolution);
        ArgumentNullException.ThrowIfNull(w);
        using var held = Leases.Open();
        miopenFusionOpDescriptor_t op;
        Status.Check(MIOpenNative.miopenCreateOpConvForward(In(held), &op, convolution.In(held), w.In(held)));
        return Added(op, convolution, w);
    }

    /// <summary>Adds a bias for each channel, [1, K, 1, 1].</summary>
    /// <returns>The operation's index, for its arguments.</returns>
    public int AddBias(TensorDescriptor bias)
    {
        ArgumentNullException.ThrowIfNull(bias);
        using var held = Leases.Open();
        miopenFusionOpDescriptor_t op;
        Status.Check(MIOpenNative.miopenCreateOpBiasForward(In(held), &op, bias.In(held)));
        return Added(op, bias);
    }

    /// <summary>Adds batch normalisation with given statistics.</summary>
    /// <returns>The operation's index, for its arguments.</returns>
    public int AddBatchNormInference(BatchNormMode mode, TensorDescriptor parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var held = Leases.Open();
        miopenFusionOpDescriptor_t op;
        Status.Check(MIOpenNative.miopenCreateOpBatchNormInference(In(held), &op, (miopenBatchNormMode_t)mode, parameters.In(held)));
        return Added(op, parameters);
    }

    /// <summary>Adds an activation.</summary>
    /// <returns>The operation's index, for its arguments.</returns>
    public int AddActivation(ActivationMode mode)
    {
        using var held = Leases.Open();
        miopenFusionOpDescriptor_t op;
        Status.Check(MIOpenNative.miopenCreateOpActivationForward(In(held), &op, (miopenActivationMode_t)mode));
        return Added(op);
    }

    /// <summary>Compiles the plan for a device.</summary>
    /// <returns>False if MIOpen has no kernel for this combination: run the operations one by one.</returns>
    public bool TryCompile(MIOpenHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        using var held = Leases.Open(handle.Device);
        var status = MIOpenNative.miopenCompileFusionPlan(handle.In(held), In(held));
        if (status is miopenStatus_t.miopenStatusUnsupportedOp or miopenStatus_t.miopenStatusNotImplemented)
        {
            return false;
        }
        Status.Check(status, nameof(MIOpenNative.miopenCompileFusionPlan));
        return true;
    }

    /// <summary>Sets the weights of a convolution; they have to stay until the plan was executed.</summary>
    public void SetConvolution(int operation, DeviceSpan w)
    {
        using var held = arguments.Keep(operation, w);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenSetOpArgsConvForward(arguments.In(held), operations[operation].Op, &one, &zero, w.In(held)));
    }

    /// <summary>Sets the bias; it has to stay until the plan was executed.</summary>
    public void SetBias(int operation, DeviceSpan bias)
    {
        using var held = arguments.Keep(operation, bias);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenSetOpArgsBiasForward(arguments.In(held), operations[operation].Op, &one, &zero, bias.In(held)));
    }

    /// <summary>Sets the parameters of a batch normalisation; they have to stay until the plan was executed.</summary>
    public void SetBatchNormInference(int operation, DeviceSpan scale, DeviceSpan bias, DeviceSpan mean, DeviceSpan variance, double epsilon)
    {
        using var held = arguments.Keep(operation, scale, bias, mean, variance);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenSetOpArgsBatchNormInference(arguments.In(held), operations[operation].Op, &one, &zero,
            scale.In(held), bias.In(held), mean.In(held), variance.In(held), epsilon));
    }

    /// <summary>Sets the parameters of an activation.</summary>
    public void SetActivation(int operation, double alpha = 0, double beta = 0, double gamma = 0)
    {
        using var held = arguments.Keep(operation);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenSetOpArgsActivForward(arguments.In(held), operations[operation].Op, &one, &zero, alpha, beta, gamma));
    }

    /// <summary>Runs the plan.</summary>
    public void Execute(MIOpenHandle handle, DeviceSpan x, in DeviceTensor y)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _ = x.AtLeast(input.Bytes, nameof(x));
        using var held = Leases.Open(handle.Device);
        arguments.Hold(held);
        Status.Check(MIOpenNative.miopenExecuteFusionPlan(handle.In(held), In(held), input.In(held), x.In(held),
            y.Descriptor.In(held), y.Data.In(held), arguments.In(held)));
    }

    /// <summary>Whether MIOpen has the operations that were added, in their order.</summary>
    internal bool HoldsItsOperations()
    {
        using var held = Leases.Open();
        for (var i = 0; i < operations.Count; i++)
        {
            miopenFusionOpDescriptor_t op;
            Status.Check(MIOpenNative.miopenFusionPlanGetOp(In(held), i, &op));
            if (op != operations[i].Op)
            {
                return false;
            }
        }
        return true;
    }

    private protected override miopenStatus_t DestroyDescriptor() =>
        MIOpenNative.miopenDestroyFusionPlan((miopenFusionPlanDescriptor_t)handle);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            arguments.Dispose();
        }
        base.Dispose(disposing);
    }

    private miopenFusionPlanDescriptor_t In(Leases held) => (miopenFusionPlanDescriptor_t)held[this];

    private int Added(miopenFusionOpDescriptor_t op, params NativeHandle[] uses)
    {
        operations.Add((op, uses));
        return operations.Count - 1;
    }
}

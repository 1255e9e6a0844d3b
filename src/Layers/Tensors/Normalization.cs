using System.Numerics;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>
/// What one batch normalisation knows (Ioffe and Szegedy 2015): the mean and inverse deviation in force, the running
/// statistics, and the affine pair where there is one. Computing the statistics and applying them are separate operations,
/// so that a consumer can normalise while it loads.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Normalization<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Added to the variance before the root.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>Weight of the newest batch in the running statistics.</summary>
    public const double Momentum = 0.1;

    /// <summary>Declares running statistics and, if <paramref name="affine"/>, scale and shift, under the official names.</summary>
    public Normalization(ParameterSet<T> parameters, string prefix, int channels, bool affine)
    {
        Channels = channels;
        if (affine)
        {
            Scale = parameters.AddParameter(prefix + "weight", Shape.Vector(channels), Initializer.One);
            Shift = parameters.AddParameter(prefix + "bias", Shape.Vector(channels), Initializer.Zero);
        }

        RunningMean = parameters.AddBuffer(prefix + "running_mean", channels, Initializer.Zero);
        RunningVariance = parameters.AddBuffer(prefix + "running_var", channels, Initializer.One);
        parameters.AddCounter(prefix + "num_batches_tracked", this);
        Mean = new Tensor<T>(prefix + "mean", Shape.Vector(channels));
        InverseDeviation = new Tensor<T>(prefix + "inverse deviation", Shape.Vector(channels));
    }

    /// <summary>Number of channels.</summary>
    public int Channels { get; }

    /// <summary>γ [C], or null.</summary>
    public Tensor<T>? Scale { get; }

    /// <summary>β [C], or null.</summary>
    public Tensor<T>? Shift { get; }

    /// <summary>Running mean [C].</summary>
    public Tensor<T> RunningMean { get; }

    /// <summary>Running unbiased variance [C].</summary>
    public Tensor<T> RunningVariance { get; }

    /// <summary>Mean in force [C]: of the batch in training, the running one otherwise.</summary>
    public Tensor<T> Mean { get; private set; }

    /// <summary>1/sqrt(variance + ε) in force [C].</summary>
    public Tensor<T> InverseDeviation { get; private set; }

    /// <summary>Training batches seen.</summary>
    public long BatchesTracked { get; set; }

    /// <summary>Asks for the vectors in force.</summary>
    public void Plan(MemoryPlan<T> plan)
    {
        Mean = plan.Vector(Mean.Name, Channels);
        InverseDeviation = plan.Vector(InverseDeviation.Name, Channels);
    }
}

/// <summary>
/// A raw value z: [N,C,H,W] behind which a batch normalisation without affine pair stands that is never materialised
/// (its consumers apply it while they load), and the gradient that comes back through it, kept as three numbers a channel:
/// dz = DiffScale · Diff + ValueScale · z + Offset.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="value">z.</param>
/// <param name="norm">Its statistics.</param>
public sealed class NormalizedTensor<T>(Tensor<T> value, Normalization<T> norm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>z: [N,C,H,W], before normalisation.</summary>
    public Tensor<T> Value { get; } = value;

    /// <summary>Statistics of z.</summary>
    public Normalization<T> Norm { get; } = norm;

    /// <summary>
    /// Whether the batch norm has been applied in place, so that <see cref="Value"/> holds ẑ = (z − mean)/deviation instead of z; the
    /// gradient is then a function of ẑ.
    /// </summary>
    public bool Applied { get; init; }

    /// <summary>Gradient with respect to the normalised value, before any mixing weight: [N,C,H,W].</summary>
    public Tensor<T>? Diff { get; set; }

    /// <summary>Factor of <see cref="Diff"/> in dz [C].</summary>
    public Tensor<T> DiffScale { get; private set; } = new("diff scale", default);

    /// <summary>Factor of z in dz [C].</summary>
    public Tensor<T> ValueScale { get; private set; } = new("value scale", default);

    /// <summary>Constant in dz [C].</summary>
    public Tensor<T> Offset { get; private set; } = new("offset", default);

    /// <summary>Asks for the three vectors and the statistics' vectors.</summary>
    public void Plan(MemoryPlan<T> plan)
    {
        Norm.Plan(plan);
        DiffScale = plan.Vector(Value.Name + " diff scale", Norm.Channels);
        ValueScale = plan.Vector(Value.Name + " value scale", Norm.Channels);
        Offset = plan.Vector(Value.Name + " offset", Norm.Channels);
    }
}

using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// What one batch normalisation knows (Ioffe and Szegedy 2015): the active mean and inverse deviation, the running
/// statistics, and the affine pair where there is one. Computing the statistics and applying them are separate operations,
/// so that a consumer can normalise while it loads.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BatchNormState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Added to the variance before the root.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>Weight of the newest batch in the running statistics.</summary>
    public const double Momentum = 0.1;

    /// <summary>Declares running statistics and, if <paramref name="affine"/>, scale and shift, under the official names.</summary>
    public BatchNormState(ParameterSet<T> parameters, string prefix, int channels, bool affine)
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

    /// <summary>Active mean [C]: of the batch in training, the running one otherwise.</summary>
    public Tensor<T> Mean { get; private set; }

    /// <summary>1/sqrt(variance + ε), active [C].</summary>
    public Tensor<T> InverseDeviation { get; private set; }

    /// <summary>Training batches seen.</summary>
    public long BatchesTracked { get; set; }

    /// <summary>Plans memory for the active vectors.</summary>
    public void Plan(MemoryPlan<T> plan)
    {
        Mean = plan.Vector(Mean.Name, Channels);
        InverseDeviation = plan.Vector(InverseDeviation.Name, Channels);
    }
}

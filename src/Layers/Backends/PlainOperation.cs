namespace MIOpenDarts.Layers.Backends;

/// <summary>What a backend is asked how it computes it.</summary>
internal enum PlainOperation
{
    /// <summary>A convolution that mixes no channels.</summary>
    DepthwiseConvolution,

    /// <summary>A 1x1 convolution of stride 1.</summary>
    PointwiseConvolution,

    /// <summary>Any other convolution.</summary>
    Convolution,

    /// <summary>Two 1x1 convolutions of stride 2.</summary>
    FactorizedReduce,

    /// <summary>A linear layer.</summary>
    Linear,

    /// <summary>A batch norm.</summary>
    BatchNorm,

    /// <summary>A max or average pool.</summary>
    Pool,

    /// <summary>The mean over all pixels.</summary>
    GlobalAverage,
}

using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>What a command compresses.</summary>
/// <param name="Network">The trained network.</param>
/// <param name="Images">Calibration images.</param>
/// <param name="Trained">The trained network as it computes.</param>
/// <param name="Test">Test images.</param>
internal sealed record CompressionTask(HostNetwork Network, CalibrationImages Images, ImageClassifier<float> Trained, ImageSet Test)
{
    /// <summary>Where it computes.</summary>
    public Backend<float> Backend => Trained.Backend;
}

using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A step of a training on blank images, with the drop path of the last epoch.</summary>
internal sealed class BlankTrainingStep : IBlankStep
{
    private readonly TrainOptions options;
    private readonly TrainState state;
    private readonly float[] pixels;
    private readonly int[] labels;

    /// <summary>Builds the network and draws its weights.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="data">Gives the size of the images.</param>
    /// <param name="backend">Where it computes.</param>
    public BlankTrainingStep(TrainOptions options, ImageData data, Backend<float> backend)
    {
        this.options = options;
        state = new TrainState(options, EvaluationTraining.Describe(data, options), backend);
        state.Initialize();
        state.Net.SetDropPath(options.DropPath * (options.Epochs - 1) / options.Epochs);
        pixels = new float[options.BatchSize * data.Train.Channels * data.Train.Height * data.Train.Width];
        labels = new int[options.BatchSize];
    }

    /// <inheritdoc/>
    public void Run() => state.Step(new(pixels, labels), options.LearningRate, 0, 0);

    /// <inheritdoc/>
    public void Dispose() => state.Dispose();
}

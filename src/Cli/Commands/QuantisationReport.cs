using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Cli.Profiling;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Studies.Comparison;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Cli.Commands;

/// <summary>What a quantised network loses and gains, in lines.</summary>
internal static class QuantisationReport
{
    private const int Batch = 64;
    private const int MostCompared = 256;

    /// <summary>What each layer loses, whether all forms of the network agree, and both networks side by side.</summary>
    public static IReadOnlyList<string> Lines(CompressionTask task, QuantisedNetwork quantised)
    {
        var (description, compressed) = (task.Network.Description, quantised.Network.Description);
        var integers = IntegerNetwork.From(quantised.Network);
        using var rounded = quantised.Network.Build(task.Backend);
        var (before, after) = (
            OnnxExport.Bytes(task.Backend, task.Trained.Trace(), foldNorms: true, description),
            QuantisedOnnx.Bytes(integers, compressed));
        var losses = LayerLoss.Measure(quantised, task.Images, task.Backend);
        var (images, agreeing) = Agreement(task, integers, rounded, after);
        return
        [
            .. EqualColumns.Text(
                [["layer", "alone %", "together %"], .. losses.Select(loss => (string[])[
                    loss.Name, Show(100 * loss.Alone, "0.000"), Show(100 * loss.Together, "0.000")])])
                .Split('\n', StringSplitOptions.RemoveEmptyEntries),
            "(share of the output's square that a layer loses: by itself, and with all before it)",
            $"agree    {agreeing} of {images} test images get one class from integers in plain loops, from rounded numbers and from "
                + "ONNX Runtime",
            .. EqualColumns.Text(
                [
                    ["network", "test accuracy %", "ONNX KiB", "ms"],
                    Row("float", NetworkTest.Run(task.Trained, description, task.Test, Batch).Top1, before, description.Task),
                    Row("int8", NetworkTest.Run(rounded, compressed, task.Test, Batch).Top1, after, description.Task),
                ]).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            $"(an image at a time in ONNX Runtime {OrtEnv.Instance().GetVersionString()} with one thread; on an RX 580 INT8 saves size, "
                + "not time)",
        ];
    }

    private static (int Images, int Agreeing) Agreement(
        CompressionTask task, IntegerNetwork integers, ImageClassifier<float> rounded, byte[] model)
    {
        var description = task.Network.Description;
        var encoder = new ImageEncoder(task.Test, new Normalization(description.Mean, description.Deviation));
        var (images, agreeing, pixels) = (Math.Min(MostCompared, task.Test.Count), 0, new float[encoder.Size]);
        using var session = Session(model, description.Task);
        rounded.Plan(1, training: false);
        for (var image = 0; image < images; image++)
        {
            encoder.Encode(image, pixels);
            rounded.LoadBatch(pixels, [0]);
            rounded.Forward(Pass.Inference);
            var answer = Answer(integers.Run(pixels).Logits);
            if (answer == Answer(new NetworkTest(rounded).Logits(1)) && answer == Answer(session.Logits(pixels))) agreeing++;
        }

        return (images, agreeing);
    }

    private static string[] Row(string name, double accuracy, byte[] model, ImageTask task)
    {
        using var session = Session(model, task);
        var milliseconds = new CostTimer(TimeProvider.System).Measure(session, together: 1).Median;
        return [name, Show(accuracy, "0.00"), Show(model.Length / 1024.0, "0.0"), Show(milliseconds, "0.000")];
    }

    private static OnnxRun Session(byte[] model, ImageTask task) => new(model, 1, task.Channels, task.Height, task.Width, threads: 1);

    private static int Answer(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var k = 1; k < logits.Length; k++)
            if (logits[k] > logits[best]) best = k;
        return best;
    }

    private static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

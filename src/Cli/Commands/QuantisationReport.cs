using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Cli.Profiling;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Comparison;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Cli.Commands;

/// <summary>What a quantised network loses and gains, in lines.</summary>
/// <param name="screen">What it is printed on.</param>
/// <param name="isFinetuned">Whether it is trained further, so that its accuracy before is of interest.</param>
internal sealed class QuantisationReport(Screen screen, bool isFinetuned)
{
    private const int Batch = 64;
    private const int MostCompared = 256;

    // The networks before the one of the folder.
    private readonly List<ComparedNetwork> before = [];

    /// <summary>What each layer loses, in lines; keeps what the network was before.</summary>
    public IReadOnlyList<string> Losses(CompressionTask task, QuantisedNetwork quantised)
    {
        var (description, compressed) = (task.Network.Description, quantised.Network.Description);
        before.Add(new(
            "float", NetworkTest.Run(task.Trained, description, task.Test, Batch).Top1,
            OnnxExport.Bytes(task.Backend, task.Trained.Trace(), foldNorms: true, description)));
        if (isFinetuned)
        {
            using var rounded = quantised.Network.Build(task.Backend);
            before.Add(new(
                "int8, not fine-tuned", NetworkTest.Run(rounded, compressed, task.Test, Batch).Top1,
                QuantisedOnnx.Bytes(IntegerNetwork.From(quantised.Network), compressed)));
        }

        return
        [
            .. Table([["layer", "alone %", "together %"], .. LayerLoss.Measure(quantised, task.Images, task.Backend).Select(loss =>
                (string[])[loss.Name, Show(100 * loss.Alone, "0.000"), Show(100 * loss.Together, "0.000")])]),
            "(share of the output's square that a layer loses: by itself, and with all before it)",
        ];
    }

    /// <summary>Keeps in its folder what the network was before.</summary>
    public void Keep(string folder) => ComparedNetwork.Write(folder, before);

    /// <summary>Whether all forms of the network in a folder agree, and it beside the networks before it.</summary>
    public void Print(string folder)
    {
        try
        {
            Compare(folder);
        }
        catch (Exception e) when (e is BackendUnavailableException or OnnxRuntimeException or DataException
            or InvalidDataException or IOException)
        {
            // The network is done, and needs none of it.
            Failures.Report(screen.Error, $"{e.Message}; {folder} is done, but not compared", ExitCode.Done);
        }
    }

    private void Compare(string folder)
    {
        var options = TrainFolder.ReadOptions(folder);
        using var trained = TrainedNetwork.Open(folder, best: false, foreign: null, options.Backend, options.Threads);
        var test = EvaluationTraining.RequireTest(TestImages.Open(options.Data, options, trained.Description));
        var integers = IntegerNetwork.From(trained.Description, trained.Net);
        var model = QuantisedOnnx.Bytes(integers, trained.Description);
        var (images, agreeing) = Agreement(trained, test, integers, model, options.Threads);
        screen.Output.WriteLine(
            $"agree    {agreeing} of {images} test images get one class from integers in plain loops, from rounded numbers and from "
            + "ONNX Runtime");
        if (!OnnxDifference.Agree(images, agreeing)) Failures.Report(
            screen.Error,
            $"{folder}: more than three images and than 1 % differ, so its accuracy may be another in ONNX Runtime; "
            + "test what export writes by evaluate",
            ExitCode.Done);
        var all = ComparedNetwork.Read(folder).Append(new(
            options.Epochs > 0 ? "int8, fine-tuned" : "int8", NetworkTest.Run(trained.Net, trained.Description, test, Batch).Top1, model));
        foreach (var line in Table(
            [["network", "test accuracy %", "ONNX KiB", "ms"], .. all.Select(network => Row(network, trained.Description.Task))]))
            screen.Output.WriteLine(line);
        screen.Output.WriteLine(
            $"(an image at a time in ONNX Runtime {OnnxLibrary.Version} with one thread; on an RX 580 INT8 saves size, not time)");
    }

    private static (int Images, int Agreeing) Agreement(
        TrainedNetwork trained, ImageSet test, IntegerNetwork integers, byte[] model, int threads)
    {
        var (description, rounded) = (trained.Description, trained.Net);
        var encoder = new ImageEncoder(test, new Normalization(description.Mean, description.Deviation));
        var (images, agreeing, pixels) = (Math.Min(MostCompared, test.Count), 0, new float[encoder.Size]);
        using var session = Session(model, description.Task);
        // Plain loops are slow: of a network of 400 million multiply-adds they take half a second an image.
        var answers = new int[images];
        Parallel.For(0, images, new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : -1 }, image =>
        {
            var own = new float[encoder.Size];
            encoder.Encode(image, own);
            answers[image] = TestScores.Largest(integers.Run(own).Logits);
        });
        rounded.Plan(1, training: false);
        for (var image = 0; image < images; image++)
        {
            encoder.Encode(image, pixels);
            rounded.LoadBatch(pixels, [0]);
            rounded.Forward(Pass.Inference);
            if (answers[image] == TestScores.Largest(new NetworkTest(rounded).Logits(1))
                && answers[image] == TestScores.Largest(session.Logits(pixels)))
                agreeing++;
        }

        return (images, agreeing);
    }

    private static string[] Row(ComparedNetwork network, ImageTask task)
    {
        using var session = Session(network.Model, task);
        var milliseconds = new CostTimer(TimeProvider.System).Measure(session, together: 1).Median;
        return
        [
            network.Name, Show(network.Accuracy, "0.00"), Show(network.Model.Length / 1024.0, "0.0"), Show(milliseconds, "0.000"),
        ];
    }

    private static OnnxRun Session(byte[] model, ImageTask task) => new(model, 1, task.Channels, task.Height, task.Width, threads: 1);

    private static string[] Table(IReadOnlyList<string[]> rows) =>
        EqualColumns.Text(rows).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

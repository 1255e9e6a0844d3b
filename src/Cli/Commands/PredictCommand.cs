using System.CommandLine;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Folders;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts predict</c>: what a trained network sees in images.</summary>
internal static class PredictCommand
{
    public const string Name = "predict";
    private const int Shown = 3;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        Images are cut to the shape that the network takes, in the middle, and scaled. Of a folder all images are classified, those of the
        folders in it too; one that cannot be read is reported and the others go on. An .onnx file is run by ONNX Runtime.

        Examples:
          miopendarts predict runs/trained photo.jpg drawing.png
          miopendarts predict runs/trained holiday
          miopendarts predict model.onnx photo.jpg
        """;

    public static Command Create(Screen screen)
    {
        var network = new NetworkArguments(screen, NetworkArguments.OrOnnx);
        var images = new Argument<string[]>("images")
        {
            Description = "JPEG or PNG files, or folders of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var backend = OptionNames.Backend("Where to compute.");
        var command = new Command(Name, "Classify images with a trained network.");
        network.AddTo(command);
        command.Arguments.Add(images);
        command.Options.Add(backend);
        network.AddForeignTo(command);
        command.SetAction(parsed =>
        {
            var words = parsed.GetValue(images)!;
            if (OnnxModel.IsOne(network.Typed(parsed)))
            {
                network.RefuseOptions(parsed, NetworkArguments.WithOnnx, backend);
                using var model = OnnxModel.Open(network.Typed(parsed));
                return All(screen, words, model.Description, set => model.Logits(set, 0, 1));
            }

            using var trained = network.Open(parsed, parsed.GetValue(backend)!, 0);
            trained.Net.Plan(1, training: false);
            return All(screen, words, trained.Description, set => Logits(trained, set));
        });
        return command;
    }

    private static int All(Screen screen, string[] words, NetworkDescription network, Func<ImageSet, float[]> logits)
    {
        var files = words.SelectMany(word => Directory.Exists(word) ? Below(word, screen) : [word]).ToList();
        var reported = files.Count(file => Reported(screen, network, logits, file));
        return reported == files.Count ? ExitCode.Done : ExitCode.Failed;
    }

    private static IEnumerable<string> Below(string folder, Screen screen)
    {
        var (files, left) = FolderImages.Below(folder);
        if (left is not null) screen.Error.WriteLine(PlainText.Line($"miopendarts: left out of {folder}: {left}"));
        return files;
    }

    // One bad image among many is reported and left.
    private static bool Reported(Screen screen, NetworkDescription network, Func<ImageSet, float[]> logits, string file)
    {
        try
        {
            screen.Output.WriteLine(PlainText.Line($"{file}: {Predict(network, logits, file)}"));
            return true;
        }
        catch (DataException e)
        {
            Failures.Report(screen.Error, e.Message, ExitCode.Failed);
            return false;
        }
    }

    private static string Predict(NetworkDescription network, Func<ImageSet, float[]> answer, string file)
    {
        var task = network.Task;
        var bytes = ImageFile.Read(file, task.Channels, task.Height, task.Width, network.WholeImages ? ImageFile.CropMargin : 1);
        var logits = answer(new ImageSet(file, task.Channels, task.Height, task.Width, task.Classes, bytes, [0]));
        TestScores.RequireFinite(logits);
        var largest = logits.Max();
        var sum = logits.Sum(z => Math.Exp(z - largest));
        var likely = Enumerable.Range(0, logits.Length).OrderByDescending(k => logits[k]).Take(Shown);
        return string.Join(", ", likely.Select(k => $"{NameOf(network, k)} {100 * Math.Exp(logits[k] - largest) / sum:F1} %"));
    }

    private static float[] Logits(TrainedNetwork trained, ImageSet image)
    {
        var encoder = new ImageEncoder(image, new Normalization(trained.Description.Mean, trained.Description.Deviation));
        var pixels = new float[encoder.Size];
        encoder.Encode(0, pixels);
        trained.Net.LoadBatch(pixels, [0]);
        trained.Net.Forward(Pass.Inference);
        return new NetworkTest(trained.Net).Logits(1).ToArray();
    }

    private static string NameOf(NetworkDescription description, int label) => description.ClassNames?[label] ?? $"class {label}";
}

using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts export</c>: a trained network as ONNX.</summary>
internal static class ExportCommand
{
    public const string Name = "export";
    private const int CheckedImages = 256;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        The model takes images [batch, channels, height, width], normalised with the mean and deviation of its metadata, or with
        --normalise bytes from 0 to 255 (opset {OnnxExport.Opset}). The metadata also has the network and, as a JSON array, the names of
        the classes. evaluate and predict take the file. Weights need no export: weights.safetensors has the official PyTorch names.

        Examples:
          miopendarts export runs/trained --out model.onnx
          miopendarts export runs/trained --best --fold --normalise --check --out model.onnx
          miopendarts export official.safetensors --genotype DARTS_V2 --out model.onnx
        """;

    public static Command Create(Screen screen)
    {
        var network = new NetworkArguments(screen);
        var fold = new Option<bool>("--fold") { Description = "Multiply batch norms into the convolutions before them." };
        var normalise = new Option<bool>("--normalise") { Description = "Take images as bytes, and normalise them in the graph." };
        var batch = OptionNames.Number("--batch", "Images in a batch (default: any number).", 1, 65_536);
        var check = new Option<bool>("--check")
        {
            Description = $"Run up to {CheckedImages} test images by ONNX Runtime too, and print the largest difference of a logit.",
        };
        var data = OptionNames.Path("--data", "NAME", "Data set of --check (default: that of the training).");
        var output = OptionNames.Path("--out", "FILE", "Where to write (default: model.onnx).");
        var command = new Command(Name, "Write a trained network as ONNX.");
        network.AddTo(command);
        foreach (var option in new Option[] { fold, normalise, batch, check, data, output }) command.Options.Add(option);
        network.AddForeignTo(command);
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(check)) OptionsApart.Refuse(parsed, "without --check", data);
            using var trained = network.Open(parsed, "cpu", 1);
            // Data that is not there is told before the file is written.
            var images = parsed.GetValue(check) ? Images(network.Typed(parsed), parsed.GetValue(data), trained) : null;
            var file = parsed.GetValue(output) ?? "model.onnx";
            OutputFile.Write("--out", file, path => OnnxExport.Write(
                path, trained.Net, trained.Description, parsed.GetValue(fold), parsed.GetValue(normalise), parsed.GetValue(batch) ?? 0));
            screen.Output.WriteLine($"{file}: {new FileInfo(file).Length:N0} bytes, {trained.Net.ParameterCount:N0} parameters");
            if (images is not null) Check(screen, trained, file, images);
            return ExitCode.Done;
        });
        return command;
    }

    private static ImageSet Images(string typed, string? data, TrainedNetwork trained)
    {
        var options = Directory.Exists(typed) ? TrainFolder.ReadOptions(typed) : null;
        var set = EvaluationTraining.RequireTest(
            TestImages.Open(data ?? options?.Data ?? DataSource.FashionMnistSlice, options, trained.Description));
        NetworkTest.RequireTask(set, trained.Description);
        return set;
    }

    private static void Check(Screen screen, TrainedNetwork trained, string file, ImageSet images)
    {
        using var model = OnnxModel.Open(file);
        var found = OnnxTest.Compare(model, trained.Net, trained.Description, images, CheckedImages);
        var (difference, largest) = (Show(found.Difference), Show(found.Largest));
        if (trained.Description.IsQuantised && !found.IsAgreement)
            throw new InvalidDataException(
                $"{file}: in ONNX Runtime only {found.Same:N0} of {found.Images:N0} images are in the network's class; "
                + "do not use it, and report this");
        if (!trained.Description.IsQuantised && !found.IsRounding)
            throw new InvalidDataException(
                $"{file}: in ONNX Runtime its logits differ by up to {difference} from the network's, which are up to {largest}; "
                + "do not use it, and report this");
        screen.Output.WriteLine(
            $"check    {found.Images:N0} images in ONNX Runtime: logits differ by up to {difference} of up to {largest}, "
            + $"{found.Same:N0} in the same class");
    }

    private static string Show(float value) => value.ToString("G3", CultureInfo.InvariantCulture);
}

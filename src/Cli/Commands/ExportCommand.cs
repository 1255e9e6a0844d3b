using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Export;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts export</c>: a trained network as ONNX.</summary>
internal static class ExportCommand
{
    public const string Name = "export";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        The model takes images [batch, channels, height, width], normalised with the mean and deviation of its metadata (opset
        {OnnxExport.Opset}); the metadata also has the network and, as a JSON array, the names of the classes.
        Weights need no export: weights.safetensors has the official PyTorch names.

        Examples:
          miopendarts export runs/trained --out model.onnx
          miopendarts export runs/trained --best --fold --out model.onnx
          miopendarts export official.safetensors --genotype DARTS_V2 --out model.onnx
        """;

    public static Command Create(Screen screen)
    {
        var network = new NetworkArguments(screen);
        var fold = new Option<bool>("--fold") { Description = "Multiply batch norms into the convolutions before them." };
        var output = OptionNames.Path("--out", "FILE", "Where to write (default: model.onnx).");
        var command = new Command(Name, "Write a trained network as ONNX.");
        network.AddTo(command);
        command.Options.Add(fold);
        command.Options.Add(output);
        network.AddForeignTo(command);
        command.SetAction(parsed =>
        {
            using var trained = network.Open(parsed, "cpu", 1);
            var file = parsed.GetValue(output) ?? "model.onnx";
            OutputFile.Write("--out", file, path => OnnxExport.Write(path, trained.Net, trained.Description, parsed.GetValue(fold)));
            screen.Output.WriteLine($"{file}: {new FileInfo(file).Length:N0} bytes, {trained.Net.ParameterCount:N0} parameters");
            return ExitCode.Done;
        });
        return command;
    }
}

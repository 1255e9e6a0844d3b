using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Compression.Quantisation;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts quantize</c>: a trained network in 8-bit integers.</summary>
internal static class QuantizeCommand
{
    public const string Name = "quantize";
    private const double RateShare = 0.01;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        Batch norms go into the convolutions before them; weights become int8 with a scale for each output channel, values uint8 with one
        scale, measured on training images. The new folder is one of a training, for evaluate, predict, export (as ONNX with QuantizeLinear
        and DequantizeLinear) and compare. With --finetune the network is trained further while it computes with rounded numbers.
        On an RX 580 INT8 saves size, not time: the card has no integer dot products.

        Examples:
          miopendarts quantize runs/trained
          miopendarts quantize runs/trained --ranges mse --finetune 3 --out runs/int8
          miopendarts quantize --resume runs/int8
          miopendarts export runs/int8 --out int8.onnx

        {ExitCode.Legend}
        """;

    public static Command Create(Screen screen)
    {
        var ranges = OptionNames.OneOf(
            "--ranges", "What the bytes of a value spread over: all that is seen, all but its tails, or what loses least.",
            "min-max", "percentile", "mse");
        var full = new Option<bool>("--full-range")
        {
            Description = "Weights up to 127 instead of 64: for ARM, or x86 with VNNI; wrong sums on others.",
        };
        var plain = new Option<bool>("--plain") { Description = "Without equalisation of channels and correction of biases." };
        var epochs = OptionNames.Number("--finetune", "Epochs of fine-tuning with rounded numbers (default: 0).", 0, 100_000);
        var command = new Command(Name, "Make a trained network one of 8-bit integers, and fine-tune it on request.");
        var arguments = new CompressionArguments(command, new FineTuning(0, RateShare, epochs), ranges, full, plain);
        command.SetAction(parsed =>
        {
            var report = new QuantisationReport(screen, isFinetuned: parsed.GetValue(epochs) > 0);
            return arguments.Run(
                screen, parsed,
                task =>
                {
                    var rule = parsed.GetValue(ranges) switch
                    {
                        "percentile" => RangeRule.Percentile,
                        "mse" => RangeRule.Mse,
                        _ => RangeRule.MinMax,
                    };
                    var choice = new QuantisationChoice(rule, parsed.GetValue(full), parsed.GetValue(plain));
                    var quantised = NetworkQuantiser.Apply(task.Network, choice, task.Images, task.Backend);
                    return (quantised.Network, report.Losses(task, quantised));
                },
                report.Print, report.Keep);
        });
        return command;
    }
}

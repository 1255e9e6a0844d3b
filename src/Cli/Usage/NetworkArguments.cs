using System.CommandLine;
using MIOpenDarts.Cli.Commands;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Usage;

/// <summary>
/// The words that name a trained network: the folder of a training, a weights file of one, or a state dict of another program with what
/// network it is of.
/// </summary>
/// <param name="screen">Where notes about a file go, beside the result.</param>
/// <param name="forms">What may be given.</param>
internal sealed class NetworkArguments(Screen screen, string forms = "The folder of a training, or a weights file.")
{
    /// <summary>How messages call a network in a file of ONNX, which says all of itself.</summary>
    public const string WithOnnx = "with an .onnx file";

    /// <summary>What commands take that run a network and change nothing of it.</summary>
    public const string OrOnnx = "The folder of a training, a weights file, or an .onnx file.";

    private const int ImageNetSize = 224;

    private readonly Argument<string> network = new("network") { Description = forms };
    private readonly Option<bool> best = new("--best") { Description = "The weights of the best epoch instead of the last." };
    private readonly Option<string?> genotype = OptionNames.Genotype(
        "The network of a weights file that no training here wrote: a name, a file, a folder, or the text.");
    private readonly Option<string?> arch = OptionNames.Arch("The same for a hand-made network.");
    private readonly Option<string> stem = OptionNames.OneOf("--stem", "What stands before its first cell.", "cifar", "imagenet");
    private readonly Option<int?> channels = OptionNames.Number(
        "--init-channels", "Channels of its first cell (default: 36, or 48 with the stem imagenet).", 2, 1024);
    private readonly Option<int?> layers = OptionNames.Number("--layers", "Its cells (default: 20, or 14 with the stem imagenet).", 3, 100);
    private readonly Option<int?> cellsPerStage = OptionNames.Number(
        "--cells-per-stage", "In place of --layers for a cell of nas-bench-201, with 16 channels unless told (default: 5).", 1, 33);

    private readonly Option<int?> classes = OptionNames.Number(
        "--classes", "Its classes (default: those of the data, or 10, or 1000 with the stem imagenet).", 2, 100_000);
    private readonly Option<int?> size = OptionNames.Number(
        "--image-size", "Rows and columns of its images (default: those of the data, or 32, or 224 with the stem imagenet).", 1, 4096);
    private readonly Option<bool> grey = new("--grey") { Description = "Its images are grey (default: as the data, or colours)." };

    /// <summary>Adds the network as the first word of a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(network);
        command.Options.Add(best);
    }

    /// <summary>Adds what tells of a file of another program, after the command's own options.</summary>
    public void AddForeignTo(Command command)
    {
        foreach (var option in Foreign) command.Options.Add(option);
    }

    /// <summary>What was typed.</summary>
    public string Typed(ParseResult parsed) => parsed.GetValue(network)!;

    /// <summary>Opens the network.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="backend">Where to compute.</param>
    /// <param name="threads">Threads of a managed backend.</param>
    /// <param name="data">Data that a network of another program is to take, or null.</param>
    public TrainedNetwork Open(ParseResult parsed, string backend, int threads, ImageData? data = null)
    {
        var trained = TrainedNetwork.Open(Typed(parsed), parsed.GetValue(best), Described(parsed, data), backend, threads);
        foreach (var note in trained.Notes) screen.Error.WriteLine($"miopendarts: {note}");
        return trained;
    }

    /// <summary>The data that a network of another program is to take; null for a network that says it itself.</summary>
    public ImageData? Data(ParseResult parsed, string name) =>
        IsForeign(parsed)
            ? DataSource.Open(name, parsed.GetValue(size) ?? (IsImageNet(parsed) ? ImageNetSize : 0), IsImageNet(parsed))
            : null;

    /// <summary>Refuses every word about the network but its name, and further options that one way of a command does not read.</summary>
    /// <exception cref="OptionsException">One of them was typed.</exception>
    public void RefuseOptions(ParseResult parsed, string way, params Option[] others) =>
        OptionsApart.Refuse(parsed, way, [best, .. Foreign, .. others]);

    private bool IsImageNet(ParseResult parsed) => parsed.GetValue(stem) == "imagenet";

    private bool IsForeign(ParseResult parsed) => parsed.GetValue(genotype) is not null || parsed.GetValue(arch) is not null;

    private Option[] Foreign => [genotype, arch, stem, channels, layers, cellsPerStage, classes, size, grey];

    private NetworkDescription? Described(ParseResult parsed, ImageData? data)
    {
        if (!IsForeign(parsed))
        {
            return Foreign.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } lonely
                ? throw new OptionsException(
                    $"{lonely.Name} is for a weights file that no training here wrote; give --genotype or --arch with it, or leave it out")
                : null;
        }

        var network = TrainCommand.Network(parsed.GetValue(genotype), parsed.GetValue(arch))!;
        var stages = NasBench201Cell.IsIn(network);
        foreach (var option in stages ? new Option[] { layers, stem } : [cellsPerStage])
            if (parsed.GetResult(option) is { Implicit: false })
                throw new OptionsException(
                    $"{option.Name} does not go with this network; cells of {CellSpace.NasBench201.Name} are counted by --cells-per-stage, "
                    + "others by --layers");
        var (imageNet, images) = (IsImageNet(parsed), data?.Train);
        var side = parsed.GetValue(size) ?? (imageNet ? ImageNetSize : 32);
        var count = images?.Channels ?? (parsed.GetValue(grey) ? 1 : 3);
        var colours = imageNet ? Normalization.ImageNet : Normalization.Cifar10;
        var usual = data?.Normalization ?? (count == 1 ? Normalization.FashionMnist : colours);
        return new NetworkDescription
        {
            Network = network,
            Task = new ImageTask(
                count, images?.Height ?? side, images?.Width ?? side,
                parsed.GetValue(classes) ?? images?.Classes ?? (imageNet ? 1000 : 10)),
            InitChannels = parsed.GetValue(channels) ?? (stages ? 16 : imageNet ? 48 : 36),
            Layers = stages ? 0 : parsed.GetValue(layers) ?? (imageNet ? 14 : 20),
            CellsPerStage = stages ? parsed.GetValue(cellsPerStage) ?? 5 : 0,
            Stem = imageNet ? StemForm.ImageNet : StemForm.Cifar,
            Mean = usual.Mean,
            Deviation = usual.Deviation,
            ClassNames = images?.ClassNames,
            WholeImages = imageNet,
        };
    }
}

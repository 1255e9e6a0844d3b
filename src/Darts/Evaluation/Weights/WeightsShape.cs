using System.Globalization;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Evaluation.Weights;

/// <summary>What the tensors of a file say of its network, in the words of the options that ask for such a one.</summary>
internal sealed class WeightsShape
{
    private const string Arch = "--arch";
    private const string Classes = "--classes";
    private const string CellsPerStage = "--cells-per-stage";

    // An option with its value, or words where there is no option; null where the tensors do not say.
    private readonly (string Name, string? Value)[] options;

    private WeightsShape(bool auxiliary, params (string Name, string? Value)[] options) => (Auxiliary, this.options) = (auxiliary, options);

    /// <summary>Whether there is an auxiliary head.</summary>
    public bool Auxiliary { get; }

    /// <summary>Looks at names and shapes.</summary>
    public static WeightsShape From(StateDictNames names)
    {
        var auxiliary = names.All.Any(name => name.StartsWith(ImageClassifier<float>.AuxiliaryPrefix, StringComparison.Ordinal));
        var layers = names.All.Select(CellOf).Max();
        // Only a network of NAS-Bench-201 has a batch norm after its last cell; three stages of cells have two reductions between them.
        if (Shape("lastact.0.weight", 1) is not null)
            return new WeightsShape(
                auxiliary, (Arch, null), ("--stem", null), (CellsPerStage, Show((layers - 2) / 3)),
                ("--init-channels", Show(Shape("stem.0.weight", 4)?[0])), (Classes, Show(Shape("classifier.weight", 2)?[0])),
                Images(Shape("stem.0.weight", 4)?[1]));
        var (cifar, imageNet) = (Shape("stem.0.weight", 4), Shape("stem0.0.weight", 4));
        var stem = cifar ?? imageNet;
        var classifier = Shape("classifier.weight", 2) ?? Shape("linear.weight", 2);
        // Only the hand-made networks have a plain first convolution; one has layer1 and so on, the other layers.
        var arch = Shape("conv1.weight", 4) is null ? null
           : names.All.Any(name => name.StartsWith("layers.", StringComparison.Ordinal)) ? "mobilenetv2" : "resnet20";
        // The stem of the CIFAR form has three times the channels of the first cell, the first of the ImageNet form half of them.
        var channels = cifar is not null ? cifar[0] / 3 : imageNet?[0] * 2;
        return new WeightsShape(
            auxiliary, (Arch, arch), ("--stem", stem is null ? null : imageNet is null ? "cifar" : "imagenet"), ("--layers", Show(layers)),
            ("--init-channels", Show(channels)), (Classes, Show(classifier?[0])), Images((stem ?? Shape("conv1.weight", 4))?[1]));

        IReadOnlyList<long>? Shape(string name, int extents) =>
            names.Find(name) is { } original && names.File[original].Shape is { } shape && shape.Count == extents ? shape : null;
    }

    /// <summary>How the file's network differs from the one that was asked for.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="newClassifier">Whether another number of classes does not count.</param>
    public string Against(NetworkDescription asked, bool newClassifier)
    {
        var wanted = From(asked).options;
        var differing = options.Zip(wanted)
            .Where(pair => (pair.First.Value is not null || pair.First.Name == Arch) && pair.First != pair.Second)
            .Where(pair => !(newClassifier && pair.First.Name == Classes)).ToList();
        if (differing.Count == 0 || options.All(option => option.Value is null))
            return "the file is of another network: of another genotype, or of another program";
        var cure = differing.Exists(pair => pair.First.Name == Classes) ? "; a training with other classes: --new-classifier" : "";
        var here = string.Join(" ", differing.Select(pair => pair.Second).Select(Show).Where(text => text.Length > 0));
        return $"the file is of {string.Join(" ", options.Select(Show).Where(text => text.Length > 0))}"
            + $"{(here.Length > 0 ? $", not of {here}" : "")}{cure}";
    }

    private static WeightsShape From(NetworkDescription asked) => asked.IsBaseline
        ? new(
            false, (Arch, asked.Network), ("--stem", null), ("--layers", null), ("--init-channels", null),
            (Classes, Show(asked.Task.Classes)), Images(asked.Task.Channels))
        : asked.CellsPerStage > 0 ? new(
            false, (Arch, null), ("--stem", null), (CellsPerStage, Show(asked.CellsPerStage)),
            ("--init-channels", Show(asked.InitChannels)),
            (Classes, Show(asked.Task.Classes)), Images(asked.Task.Channels))
        : new(
            asked.Auxiliary, (Arch, null), ("--stem", asked.Stem == StemForm.Cifar ? "cifar" : "imagenet"), (
                "--layers", Show(asked.Layers)),
            ("--init-channels", Show(asked.InitChannels)), (Classes, Show(asked.Task.Classes)), Images(asked.Task.Channels));

    private static (string Name, string? Value) Images(long? channels) => channels switch
    {
        1 => ("--grey", ""),
        3 => ("colour images", ""),
        { } other => ($"images of {other} channels", ""),
        null => ("images", null),
    };

    private static int? CellOf(string name) =>
        name.Split('.') is ["cells", var number, ..]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var cell) ? cell + 1 : null;

    private static string? Show(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Show((string Name, string? Value) option) =>
        option.Value is null ? "" : $"{option.Name} {option.Value}".TrimEnd();
}

using System.CommandLine;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Usage;

/// <summary>The words that say which costs are asked for, and of what network a genotype is to be built into.</summary>
internal sealed class CostArguments
{
    private readonly Option<int?> channels = OptionNames.Number(
        "--target-channels", $"Channels of the network's first cell [36, or 16 with cells of {CellSpace.NasBench201.Name}].", 2, 1024);

    private readonly Option<int?> cellsPerStage = OptionNames.Number(
        "--target-cells-per-stage", $"Its cells in each of the three stages of {CellSpace.NasBench201.Name} [5].", 1, 33);

    private readonly Option<int?> layers = OptionNames.Number("--target-layers", "Its cells [20].", 3, 100);
    private readonly Option<int?> size = OptionNames.Number(
        "--target-image-size", "Rows and columns of its images [32, or 224 with the stem imagenet].", 1, 4096);
    private readonly Option<int?> classes = OptionNames.Number("--target-classes", "Its classes [10].", 2, 100_000);
    private readonly Option<bool> grey = new("--target-grey") { Description = "Its images are grey." };
    private readonly Option<string> stem = OptionNames.OneOf("--target-stem", "What stands before its first cell.", "cifar", "imagenet");

    /// <summary>The option that names costs, several with commas between.</summary>
    public static Option<string?> Names(string description)
    {
        var option = OptionNames.Path("--cost", "COST", $"{description.TrimEnd('.')}: {CostName.Allowed}.");
        option.Validators.Add(result =>
        {
            if (result.Tokens is not [var word]) return;
            if (Split(word.Value).FirstOrDefault(name => name == CostName.None || !CostName.IsName(name)) is { } wrong)
                result.AddError($"--cost is '{wrong}'; allowed is {CostName.Allowed}");
        });
        return option;
    }

    /// <summary>The costs that were named; none where nothing was.</summary>
    /// <exception cref="InvalidDataException">A table is not there or damaged.</exception>
    public static IReadOnlyList<ICostModel> Open(string? names) =>
        names is null ? [] : [.. Split(names).Select(CostName.Open)];

    /// <summary>Adds the words about the network.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All) command.Options.Add(option);
    }

    /// <summary>Whether any word about the network was typed.</summary>
    public bool Typed(ParseResult parsed) => FirstTyped(parsed) is not null;

    /// <summary>The network that was described, of cells of a space.</summary>
    /// <exception cref="OptionsException">A word does not go with such cells.</exception>
    public ITargetNetwork Network(ParseResult parsed, CellSpace space)
    {
        var ofBenchmark = space.Skeleton == Skeleton.NasBench201;
        if (ofBenchmark) OptionsApart.Refuse(parsed, $"with cells of {space.Name}", layers, stem);
        else OptionsApart.Refuse(parsed, $"with cells like those of {CellSpace.Darts.Name}", cellsPerStage);
        var imageNet = parsed.GetValue(stem) == "imagenet";
        var side = parsed.GetValue(size) ?? (imageNet ? 224 : 32);
        var task = new ImageTask(parsed.GetValue(grey) ? 1 : 3, side, side, parsed.GetValue(classes) ?? 10);
        if (ofBenchmark)
            return new NasBench201Target(
                new NasBench201Shape(task, parsed.GetValue(channels) ?? 16, parsed.GetValue(cellsPerStage) ?? 5).Validated());
        return new TargetNetwork(new EvaluationShape(
            task, parsed.GetValue(channels) ?? 36, parsed.GetValue(layers) ?? 20, Auxiliary: false,
            imageNet ? StemForm.ImageNet : StemForm.Cifar));
    }

    /// <summary>Refuses words about the network where no cost is asked for.</summary>
    /// <exception cref="OptionsException">One was given.</exception>
    public void RequireCost(ParseResult parsed, string? names)
    {
        if (names is not null) return;
        if (FirstTyped(parsed) is { } lonely)
            throw new OptionsException($"{lonely.Name} says of what network a cost is; give --cost with it, or leave it out");
    }

    private Option? FirstTyped(ParseResult parsed) => All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });

    private Option[] All => [channels, layers, cellsPerStage, size, classes, grey, stem];

    private static string[] Split(string names) => names.Split(',', StringSplitOptions.TrimEntries);
}

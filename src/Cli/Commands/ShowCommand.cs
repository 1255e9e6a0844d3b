using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Runs;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts show</c>: a genotype as text, JSON, DOT or SVG, or what it costs.</summary>
internal static class ShowCommand
{
    public const string Name = "show";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        Published names:
          {string.Join("\n  ", NamedGenotypes.Names.Chunk(6).Select(line => string.Join(", ", line)))}

        Examples:
          miopendarts show DARTS_V2
          miopendarts show runs/cifar --format svg --cell reduce --out reduce.svg
          miopendarts show DARTS_V2 --cost macs,params
          miopendarts show runs/cell --truth nas-bench-201.tsv.gz
          miopendarts show runs/cifar --cost latency:table.json --target-channels 16 --target-layers 8
        """;

    public static Command Create(Screen screen)
    {
        var genotype = new Argument<string>("genotype")
        {
            Description = "A published name, a file (FILE:NAME where it has several), weights, "
                + "the folder of a finished search or of a training, or the text itself.",
        };
        var format = OptionNames.OneOf("--format", "How to print it.", "text", "json", "dot", "svg");
        var cell = OptionNames.OneOf("--cell", "The cell that dot and svg draw, where there is more than one kind.", "normal", "reduce");
        var output = OptionNames.Path("--out", "FILE", "Where to write (default: standard output).");
        var cost = CostArguments.Names("Print what it costs, operation by operation, in place of the genotype.");
        var truth = OptionNames.Path("--truth", "FILE", "Print what a table of trained networks knows of it, in place of the genotype.");
        var target = new CostArguments();
        var command = new Command(Name, "Print or draw a genotype, or what it costs.") { genotype, format, cell, output, cost, truth };
        target.AddTo(command);
        command.SetAction(parsed =>
        {
            var names = parsed.GetValue(cost);
            target.RequireCost(parsed, names);
            if (names is not null) OptionsApart.Refuse(parsed, "with --cost", truth, format, cell);
            if (parsed.GetValue(truth) is not null) OptionsApart.Refuse(parsed, "with --truth", format, cell);
            var found = Resolve(parsed.GetValue(genotype)!);
            if (found.Kinds.Count == 1) OptionsApart.Refuse(parsed, "with a genotype of one kind of cells", cell);
            var text = parsed.GetValue(truth) is { } table ? Known(TruthTable.Read(table), found)
                : names is null
                ? Render(found, parsed.GetValue(format)!, parsed.GetValue(cell)!).TrimEnd('\n') + "\n"
                : string.Join('\n', CostArguments.Open(names).Select(
                    model => CostBreakdown.Text(model, target.Network(parsed, SpaceOf(found)), found)));
            if (parsed.GetValue(output) is { } file) OutputFile.Write("--out", file, text);
            else screen.Output.Write(text);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A genotype from what a user typed.</summary>
    public static Genotype Resolve(string typed)
    {
        if (Directory.Exists(typed)) return FolderGenotype.Read(typed);
        if (typed.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && File.Exists(typed)) return OfWeights(typed);
        var isText = typed.AsSpan().IndexOfAny("({|\n") >= 0;
        return isText || GenotypeReader.IsFile(typed) || NamedGenotypes.TryGet(typed, out _)
            ? GenotypeReader.Resolve(typed)
            : throw new GenotypeFormatException(
                $"'{typed}' is neither a published genotype nor a file{Spelling.Guess(typed, NamedGenotypes.Names)}; all names: "
                + "miopendarts show --help");
    }

    private static CellSpace SpaceOf(Genotype genotype) => genotype.NasBench201 is null ? CellSpace.Darts : CellSpace.NasBench201;

    private static string Known(TruthTable table, Genotype genotype) =>
        string.Concat(table.Of(genotype).Select(item => $"{item.Column,-24} {item.Value.ToString(CultureInfo.InvariantCulture)}\n"));

    private static Genotype OfWeights(string file)
    {
        var network = NetworkDescription.Read(file).Network;
        return NetworkDescription.Baselines.Contains(network)
            ? throw new GenotypeFormatException($"{file}: is of {network}, a hand-made network, which has no genotype")
            : GenotypeReader.Resolve(network);
    }

    private static string Render(Genotype genotype, string format, string cell)
    {
        if (genotype.Kinds.Count == 1) cell = genotype.Kinds[0].Name;
        var graph = CellGraph.From(genotype.Kinds.Zip(genotype.Cells).First(kind => kind.First.Name == cell).Second);
        return format switch
        {
            "json" => GenotypeJsonConverter.Format(genotype),
            "dot" => CellDot.Write(graph, cell),
            "svg" => CellDrawing.Svg(graph, cell),
            _ => genotype.ToString(),
        };
    }
}

using System.CommandLine;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts show</c>: a genotype as text, JSON, DOT or SVG.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var genotype = new Argument<string>("genotype")
        {
            Description = "A published name (" + string.Join(", ", NamedGenotypes.Names) + "), a file, or the text itself.",
        };
        var format = new Option<string>("--format") { Description = "text, json, dot or svg.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "dot", "svg");
        var cell = new Option<string>("--cell") { Description = "Which cell dot and svg draw: normal or reduce.", DefaultValueFactory = _ => "normal" };
        cell.AcceptOnlyFromAmong("normal", "reduce");
        var output = new Option<string?>("--out") { Description = "File to write (default: standard output)." };
        var command = new Command("show", "Print or draw a genotype.") { genotype, format, cell, output };
        command.SetAction(parsed =>
        {
            var found = GenotypeReader.Resolve(parsed.GetValue(genotype)!);
            var text = Render(found, parsed.GetValue(format)!, parsed.GetValue(cell)!);
            if (parsed.GetValue(output) is { } file) File.WriteAllText(file, text + "\n");
            else Console.WriteLine(text);
            return ExitCode.Done;
        });
        return command;
    }

    private static string Render(Genotype genotype, string format, string cell)
    {
        var graph = CellGraph.Of(cell == "normal" ? genotype.Normal : genotype.Reduce);
        return format switch
        {
            "json" => GenotypeJsonConverter.Format(genotype),
            "dot" => CellDot.Write(graph, cell),
            "svg" => CellDrawing.Svg(graph, cell),
            _ => genotype.ToString(),
        };
    }
}

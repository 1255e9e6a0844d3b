using System.Xml.Linq;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Cli.Tests;

public sealed class ShowCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_published_name_prints_the_official_text()
    {
        foreach (var name in NamedGenotypes.Names)
        {
            var outcome = Command.Run("show", name);
            Assert.Equal((0, NamedGenotypes.Get(name) + "\n", ""), (outcome.Code, outcome.Output, outcome.Error));
        }
    }

    [Fact]
    public void Json_reads_back_as_the_same_genotype()
    {
        var json = Command.Run("show", "PDARTS", "--format", "json").Output;
        Assert.Equal(Command.Run("show", "PDARTS").Output, Command.Run("show", json).Output);
    }

    [Theory]
    [InlineData("normal", "sep_conv_3x3")]
    [InlineData("reduce", "max_pool_3x3")]
    public void Svg_is_a_picture_of_the_chosen_cell(string cell, string operation)
    {
        var svg = XDocument.Parse(Command.Run("show", "DARTS_V2", "--format", "svg", "--cell", cell).Output);
        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.Contains(operation, svg.ToString());
    }

    [Fact]
    public void Dot_is_a_graph_with_eight_labelled_edges()
    {
        var dot = Command.Run("show", "DARTS_V2", "--format", "dot").Output;
        Assert.StartsWith("digraph \"normal\" {", dot);
        Assert.Equal(8, dot.Split("[label=").Length - 1);
    }

    [Fact]
    public void A_file_and_the_folder_of_a_run_are_read_too()
    {
        File.WriteAllText(Path.Combine(folder, "genotype.txt"), NamedGenotypes.Get("SNAS").ToString());
        Assert.Equal(Command.Run("show", "SNAS").Output, Command.Run("show", Path.Combine(folder, "genotype.txt")).Output);
        Assert.Equal(Command.Run("show", "SNAS").Output, Command.Run("show", folder).Output);
    }

    [Fact]
    public void Out_writes_the_file_and_prints_nothing()
    {
        var file = Path.Combine(folder, "cell.svg");
        var outcome = Command.Run("show", "SNAS", "--format", "svg", "--out", file);
        Assert.Equal((0, ""), (outcome.Code, outcome.Output));
        Assert.Equal(Command.Run("show", "SNAS", "--format", "svg").Output, File.ReadAllText(file));
    }

    [Fact]
    public void A_wrong_name_gets_a_guess() => Command.Refuses(2, ["show", "DART_V2"], "'DART_V2'", "did you mean DARTS_V2?");

    [Fact]
    public void A_missing_file_is_named() => Command.Refuses(2, ["show", "no/such/file.txt"], "'no/such/file.txt'", "nor a file");

    [Fact]
    public void A_folder_without_a_result_is_named() =>
        Command.Refuses(2, ["show", folder], folder, "neither a run nor a genotype.txt in this folder");

    [Fact]
    public void A_format_that_does_not_exist_gets_the_list() =>
        Command.Refuses(2, ["show", "SNAS", "--format", "png"], "--format is 'png'", "text, json, dot, svg");

    [Theory]
    [InlineData("DARTS_V2 --cost macs --format svg", "--format does not go with --cost; leave it out")]
    [InlineData("DARTS_V2 --cost macs --cell reduce", "--cell does not go with --cost; leave it out")]
    [InlineData("DARTS_V2 --cost macs --truth t.tsv", "--truth does not go with --cost; leave it out")]
    [InlineData("DARTS_V2 --truth t.tsv --format json", "--format does not go with --truth; leave it out")]
    [InlineData("DARTS_V2 --truth t.tsv --cell normal", "--cell does not go with --truth; leave it out")]
    [InlineData(
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2| --format svg --cell reduce",
        "--cell does not go with a genotype of one kind of cells; leave it out")]
    public void What_would_not_be_read_is_refused(string line, string told) => Command.Refuses(2, ["show", .. line.Split(' ')], told);

    [Fact]
    public void An_output_that_cannot_be_written_is_named() =>
        Command.Refuses(1, ["show", "SNAS", "--out", Path.Combine(folder, "no", "file")], Path.Combine(folder, "no", "file"),
            "choose another --out");

    [Theory]
    [InlineData("Genotype(normal=[('sep_conv_9x9', 0)], normal_concat=range(2, 3), reduce=[], reduce_concat=range(2, 3))", "sep_conv_9x9")]
    [InlineData("Genotype(normal=[('sep_conv_3x3', 0", "genotype")]
    [InlineData("{\"normal\": 3}", "genotype, line 1, column 12: found '3', expected a list of edges")]
    [InlineData("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|", "genotype")]
    public void Malformed_genotypes_name_the_place(string text, string word)
    {
        Command.Refuses(2, ["show", text], word);
        var file = Path.Combine(folder, "bad.txt");
        File.WriteAllText(file, text);
        Command.Refuses(2, ["show", file], file);
    }
}

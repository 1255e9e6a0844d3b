using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Tests.Algorithms;

public sealed class SearchOptionsResolverTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("options").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("c.json", """{"epochs": 5, "batch_size": 16}""")]
    [InlineData("c.yaml", "# small\nepochs: 5\nbatch_size: 16\n")]
    [InlineData("c.YML", "{epochs: 5, batch-size: '16'}")]
    public void The_command_line_beats_the_file_and_the_file_beats_the_preset(string name, string content)
    {
        var options = SearchOptions.Table.Resolve("rx580", Write(name, content), Given(("batch-size", "8")));
        Assert.Equal(SearchPresets.Get("rx580") with { Epochs = 5, BatchSize = 8 }, options);
    }

    [Fact]
    public void The_file_may_name_the_preset_and_the_command_line_another()
    {
        var file = Write("c.yaml", "preset: rx580\nepochs: 5");
        Assert.Equal(32, SearchOptions.Table.Resolve(null, file, []).BatchSize);
        Assert.Equal(64, SearchOptions.Table.Resolve("darts", file, []).BatchSize);
        Assert.Equal(SearchPresets.Get("demo"), SearchOptions.Table.Resolve(null, null, []));
    }

    [Fact]
    public void Problems_of_all_sources_are_reported_together()
    {
        var file = Write("c.yaml", "epoch: 5\nlayers: many\n");
        var error = Assert.Throws<OptionsException>(() =>
            SearchOptions.Table.Resolve("darts", file, Given(("momentum", "2"), ("unrolled", "yes"))));
        Assert.Equal(
        [
            $"{file}: epoch is not an option; did you mean epochs?",
            $"{file}: layers is 'many'; allowed is a whole number from 3 to 100",
            "unrolled is 'yes'; allowed is true or false",
            "momentum is 2; allowed is a number from 0, below 1",
        ], error.Problems.Select(problem => problem.Message));
    }

    [Theory]
    [InlineData("c.txt", "epochs: 5", "the extension '.txt' is unknown")]
    [InlineData("c.yaml", "- epochs", "not a mapping of options")]
    [InlineData("c.yaml", "epochs: [5]", "line 1, column 9: an option has one value")]
    [InlineData("c.yaml", "epochs: 5\nepochs: 6", "line")]
    [InlineData("c.yaml", "epochs: {", "line")]
    [InlineData("c.yaml", "a: 1\n---\nb: 1", "found 2 documents")]
    [InlineData("c.json", "epochs: 5", "not valid JSON")]
    public void A_malformed_file_is_refused_by_name(string name, string content, string expected)
    {
        var file = Write(name, content);
        var message = Assert.Throws<OptionsException>(() => SearchOptions.Table.Resolve(null, file, [])).Message;
        Assert.StartsWith(file, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("c.yaml", "")]
    [InlineData("c.yml", "# epochs: 3\n---\n  # seed: 1\n")]
    [InlineData("c.json", " \n")]
    [InlineData("c.json", "// {\"epochs\": 3}\n/* seed */ ")]
    [InlineData("c.json", "{}")]
    public void A_file_that_gives_nothing_leaves_the_preset_as_it_is(string name, string content)
    {
        Assert.Equal(SearchPresets.Get("rx580"), SearchOptions.Table.Resolve("rx580", Write(name, content), []));
        Assert.Equal(TrainPresets.Get("demo"), TrainOptions.Table.Resolve(null, Write(name, content), []));
    }

    [Fact]
    public void A_folder_is_no_configuration_file() =>
        Assert.Contains("this is a folder", Assert.Throws<OptionsException>(() => SearchOptions.Table.Resolve(null, folder, [])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_wrong_preset_in_a_file_names_the_file()
    {
        var file = Write("c.yaml", "Preset: tiny");
        const string problem = "preset is 'tiny'; allowed is ";
        Assert.StartsWith($"{file}: {problem}darts, rx580, demo",
            Assert.Throws<OptionsException>(() => SearchOptions.Table.Resolve(null, file, [])).Message, StringComparison.Ordinal);
        Assert.StartsWith($"{file}: {problem}darts, imagenet, demo",
            Assert.Throws<OptionsException>(() => TrainOptions.Table.Resolve(null, file, [])).Message, StringComparison.Ordinal);
        Assert.StartsWith(problem, Assert.Throws<OptionsException>(() => SearchOptions.Table.Resolve("tiny", null, [])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_huge_file_is_refused()
    {
        var missing = Path.Combine(folder, "none.json");
        Assert.Contains("no such configuration file", Assert.Throws<OptionsException>(() =>
            SearchOptions.Table.Resolve(null, missing, [])).Message, StringComparison.Ordinal);
        Assert.Contains("too many", Assert.Throws<OptionsException>(() =>
            SearchOptions.Table.Resolve(null, Write("c.json", new string(' ', 1_000_001)), [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_yaml_file_cut_anywhere_is_read_or_refused_but_never_crashes()
    {
        const string yaml = "a: &x {b: 'c', d: [1, \"2\"]}\nepochs: *x\n? seed\n: !t >-\n  5\n";
        for (var length = 0; length <= yaml.Length; length++)
        {
            try
            {
                OptionFile.ReadYaml(yaml[..length], "file");
            }
            catch (OptionsException e)
            {
                Assert.StartsWith("file: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Options_can_be_replaced_one_by_one()
    {
        var options = SearchOptions.Table.Apply(new SearchOptions(), Given(("LearningRate", "5e-2"), ("seed", "18446744073709551615")));
        Assert.Equal((0.05, ulong.MaxValue), (options.LearningRate, options.Seed));
        Assert.Null(SearchOptions.Table.Find("nothing"));
    }

    private static Dictionary<string, string> Given(params (string Name, string Value)[] options) =>
        options.ToDictionary(o => o.Name, o => o.Value);

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}

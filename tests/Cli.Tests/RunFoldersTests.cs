using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Commands that are given folders of runs of every kind, and what a shell's pattern finds beside them.</summary>
public sealed class RunFoldersTests : IClassFixture<RunFoldersTests.Runs>
{
    private readonly Runs runs;

    public RunFoldersTests(Runs runs) => this.runs = runs;

    [Fact]
    public void Show_prints_what_a_training_trains()
    {
        var shown = Command.Run("show", runs.In("trained"));
        Assert.Equal((0, NamedGenotypes.Get("DARTS_V1") + "\n", ""), (shown.Code, shown.Output, shown.Error));
        Assert.Contains("of a training", Command.Run("show", "--help").Output);
    }

    [Fact]
    public void Show_says_what_a_folder_without_a_genotype_is()
    {
        Command.Refuses(2, ["show", runs.In("resnet20")], runs.In("resnet20"), "is a training of resnet20", "has no genotype");
        Command.Refuses(2, ["show", runs.In("stopped")], "this search is not done", $"miopendarts search --resume {runs.In("stopped")}");
        Command.Refuses(2, ["show", runs.In("study")], "is a study of several seeds", Path.Combine(runs.In("study"), "seed-0"));
        Command.Refuses(2, ["show", runs.Data], "neither a run nor a genotype.txt");
    }

    [Fact]
    public void Compare_leaves_out_what_is_no_run_with_a_line_for_each()
    {
        string[] others = [runs.In("table.html"), runs.In("missing"), runs.Data, runs.In("study"), runs.In("stopped"), runs.In("found")];
        var compared = Command.Run(["compare", .. others, runs.In("trained"), runs.In("resnet20")]);
        Assert.Equal(0, compared.Code);
        Assert.Equal(2, compared.Output.Split('\n').Count(line => line.Split(' ')[0] is "DARTS_V1" or "resnet20"));
        var lines = compared.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] words = ["is a file, not the folder of a run", "there is no such folder", "no run in this folder",
            "is a study of several seeds", "this search is not done"];
        Assert.Equal(words.Length, lines.Length);
        Assert.All(lines.Zip(words), pair =>
        {
            Assert.Contains(pair.Second, pair.First);
            Assert.StartsWith("miopendarts: ", pair.First);
            Assert.EndsWith("; left out", pair.First);
        });
    }

    [Fact]
    public void Compare_of_no_training_at_all_fails()
    {
        var compared = Command.Run("compare", runs.In("table.html"), runs.In("found"));
        Assert.Equal((1, ""), (compared.Code, compared.Output));
        Assert.Contains("none of these folders holds a training", compared.Error);
    }

    [Fact]
    public void A_folder_that_is_there_keeps_what_a_user_has_in_it()
    {
        foreach (var (name, more) in new[] { ("search", Array.Empty<string>()), ("seeds", ["--seeds", "0"]) })
        {
            var own = Directory.CreateDirectory(runs.In($"own-{name}")).FullName;
            string[] files = ["notes.json.tmp", "picture.svg" + WholeFile.Unfinished];
            foreach (var file in files) File.WriteAllText(Path.Combine(own, file), file);
            Assert.Equal(0, Command.Run(runs.Args($"own-{name}", ["--algorithm", "random", .. more])).Code);
            Assert.All(files, file => Assert.True(File.Exists(Path.Combine(own, file))));
        }
    }

    [Fact]
    public void A_folder_with_checkpoints_takes_neither_a_run_nor_a_study()
    {
        Directory.CreateDirectory(runs.In("ring/checkpoints"));
        Command.Refuses(1, runs.Args("ring"), "holds a run already");
        Command.Refuses(1, runs.Args("ring", "--seeds", "0"), "holds a run already");
    }

    [Fact]
    public void One_run_under_several_paths_is_one_run()
    {
        var link = runs.In("link");
        if (!Directory.Exists(link)) Directory.CreateSymbolicLink(link, runs.In("trained"));
        runs.Copy("trained", "copy");
        string[] paths = [runs.In("trained"), runs.In("trained") + "/", Path.Combine(runs.In("trained"), "..", "trained"), link,
            runs.In("copy")];
        var compared = Command.Run(["compare", .. paths]);
        Assert.Equal(0, compared.Code);
        Assert.Matches(@"DARTS_V1 +1 +1 ", compared.Output);
        var lines = compared.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([.. paths[1..].Select(path => $"miopendarts: {path}: is the same run as {paths[0]}; left out")], lines);
    }

    public sealed class Runs : TinySearch
    {
        public Runs()
        {
            Epochs = 1;
            File.Copy(ImagesFile, ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
            File.Copy(LabelsFile, LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
            Assert.Equal(0, Command.Run(Args("found")).Code);
            Copy("found", "stopped");
            File.Delete(Path.Combine(In("stopped"), "genotype.txt"));
            TakeBack("stopped");
            Assert.Equal(0, Command.Run(Args("study", "--seeds", "0,1", "--algorithm", "random")).Code);
            Assert.Equal(0, Command.Run(Training("trained", "--genotype", "DARTS_V1")).Code);
            Assert.Equal(0, Command.Run(Training("resnet20", "--arch", "resnet20")).Code);
            File.WriteAllText(In("table.html"), "");
        }

        private string[] Training(string run, string option, string network) =>
        [
            "train", option, network, "--data", Data, "--backend", "cpu", "--init-channels", "2", "--layers", "3", "--batch-size", "16",
            "--epochs", "1",
            "--data-workers", "1", "--auxiliary", "false", "--out", In(run),
        ];
    }
}

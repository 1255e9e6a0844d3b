namespace MIOpenDarts.Cli.Tests;

/// <summary>Runs that go on after their data moved, changed, or went.</summary>
public sealed class ChangedDataTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public ChangedDataTests()
    {
        foreach (var file in new[] { tiny.ImagesFile, tiny.LabelsFile })
            File.Copy(file, file.Replace("train", "t10k", StringComparison.Ordinal));
    }

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("search")]
    [InlineData("train")]
    public void A_run_goes_on_with_data_that_moved(string command)
    {
        Begin(command, "whole");
        tiny.Copy("whole", "run");
        tiny.TakeBack("run");
        var moved = tiny.In("moved");
        Directory.Move(tiny.Data, moved);
        Command.Refuses(1, [command, "--resume", tiny.In("run")], tiny.Data, "is not there",
            $"miopendarts {command} --resume {tiny.In("run")} --data FOLDER");

        var outcome = Command.Run(command, "--resume", tiny.In("run"), "--data", moved);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(File.ReadAllBytes(Last("whole")), File.ReadAllBytes(Last("run")));

        tiny.TakeBack("run");
        Assert.Equal(0, Command.Run(command, "--resume", tiny.In("run")).Code);
        if (command == "train") Assert.Equal(0, Command.Run("evaluate", tiny.In("run"), "--backend", "cpu").Code);
    }

    [Theory]
    [InlineData("search")]
    [InlineData("train")]
    public void A_run_does_not_go_on_with_other_data(string command)
    {
        Begin(command, "run");
        tiny.TakeBack("run");
        var config = File.ReadAllText(Path.Combine(tiny.In("run"), "config.json"));
        string[] resume = [command, "--resume", tiny.In("run")];

        tiny.WriteImages(95);
        Command.Refuses(1, resume, tiny.Newest("run"), "was computed on other data: then 96 training images, now 95",
            "by --data, or begin another run");
        tiny.WriteImages(96, classes: 3);
        Command.Refuses(1, resume, "then 2 classes, now 3");
        tiny.WriteImages(96);
        var pixels = File.ReadAllBytes(tiny.ImagesFile);
        pixels[^1] ^= 1;
        File.WriteAllBytes(tiny.ImagesFile, pixels);
        Command.Refuses(1, resume, "as many training images and classes as then, but other images or labels");

        var copy = Directory.CreateDirectory(tiny.In("copy")).FullName;
        foreach (var file in Directory.GetFiles(tiny.Data)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Command.Refuses(1, [.. resume, "--data", copy], "other images or labels");
        Assert.Equal(config, File.ReadAllText(Path.Combine(tiny.In("run"), "config.json")));
    }

    [Fact]
    public void A_training_does_not_go_on_with_other_test_images_and_a_search_does()
    {
        Begin("search", "found");
        Begin("train", "trained");
        var test = tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal);
        var pixels = File.ReadAllBytes(test);
        pixels[^1] ^= 1;
        File.WriteAllBytes(test, pixels);
        tiny.TakeBack("found");
        tiny.TakeBack("trained");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("found")).Code);
        Command.Refuses(1, ["train", "--resume", tiny.In("trained")], "the same training images, but other test images");
    }

    [Fact]
    public void A_study_goes_on_with_data_that_moved_and_not_with_other_data()
    {
        string[] study = [.. tiny.Args("study"), "--seeds", "0..1"];
        Assert.Equal(0, Command.Run(study).Code);
        foreach (var seed in new[] { "study/seed-0", "study/seed-1" }) tiny.TakeBack(seed);
        var moved = tiny.In("moved");
        Directory.Move(tiny.Data, moved);
        string[] resume = ["search", "--resume", tiny.In("study")];
        Command.Refuses(1, resume, tiny.Data, "is not there", "--data FOLDER");

        var other = Directory.CreateDirectory(tiny.Data).FullName;
        tiny.WriteImages(90);
        Command.Refuses(1, [.. resume, "--data", other], "then 96 training images, now 90");
        Directory.Delete(other, recursive: true);

        Assert.Equal(0, Command.Run([.. resume, "--data", moved]).Code);
        foreach (var seed in new[] { "study/seed-0", "study/seed-1" }) tiny.TakeBack(seed);
        Assert.Equal(0, Command.Run(resume).Code);
    }

    [Fact]
    public void Trainings_for_a_study_on_other_data_are_refused_and_its_plan_stays()
    {
        Assert.Equal(0, Command.Run([.. tiny.Args("study"), "--seeds", "0"]).Code);
        var plan = File.ReadAllText(Path.Combine(tiny.In("study"), "seeds.json"));
        using var other = new TinySearch(90);
        foreach (var file in new[] { other.ImagesFile, other.LabelsFile })
            File.Copy(file, file.Replace("train", "t10k", StringComparison.Ordinal));
        Command.Refuses(1, ["search", "--resume", tiny.In("study"), "--retrain", "1", "--data", other.Data],
            "then 96 training images, now 90");
        Assert.Equal(plan, File.ReadAllText(Path.Combine(tiny.In("study"), "seeds.json")));
    }

    private void Begin(string command, string run)
    {
        string[] args = command == "search" ? tiny.Args(run) :
        [
            "train", "--genotype", "DARTS_V1", "--data", tiny.Data, "--backend", "cpu", "--init-channels", "2", "--layers", "3",
            "--batch-size", "16",
            "--epochs", "2", "--data-workers", "1", "--out", tiny.In(run),
        ];
        Assert.Equal(0, Command.Run(args).Code);
    }

    // What the run ends with: a checkpoint says the seconds too, which differ.
    private string Last(string run) =>
        Path.Combine(tiny.In(run), File.Exists(Path.Combine(tiny.In(run), "genotype.json")) ? "genotype.json" : "weights.safetensors");
}

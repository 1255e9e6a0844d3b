using System.Globalization;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Tests;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public TrainCommandTests()
    {
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
    }

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_training_ends_with_weights_that_evaluate_to_the_same_number()
    {
        var outcome = Command.Run(Args("run"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var told = outcome.Output.Split('\n').Single(line => line.StartsWith("test     ", StringComparison.Ordinal))[9..];
        string[] files = ["best.safetensors", "config.json", "environment.json", "log.jsonl", "report.html", "weights.safetensors"];
        Assert.Equal(files, Directory.GetFiles(tiny.In("run")).Select(Path.GetFileName).Where(name => name != ".lock").Order());
        Assert.Equal(told, Command.Run("evaluate", tiny.In("run"), "--backend", "cpu").Output.TrimEnd());
        foreach (var backend in new[] { "cpu", "reference" })
            Assert.Matches(@"[0-9,]+ parameters \([0-9.]+ MiB\).* MiB of activations, [0-9.]+ ms an image",
                Command.Run("evaluate", tiny.In("run"), "--best", "--figures", "--backend", backend).Output);
        Assert.Contains("Confusion", File.ReadAllText(Path.Combine(tiny.In("run"), "report.html")));
    }

    [Fact]
    public void What_a_trained_network_costs_is_told_by_evaluate_and_compare()
    {
        Assert.Equal(0, Command.Run(Args("run")).Code);
        var csv = tiny.In("table.csv");
        Assert.Equal(0, Command.Run("compare", tiny.In("run"), "--cost", "params,memory", "--csv", csv).Code);
        var (titles, row) = (File.ReadAllLines(csv)[0].Split(','), File.ReadAllLines(csv)[1].Split(','));
        Assert.Equal(["params", "memory"], titles[^2..]);
        Assert.Equal(row[Array.IndexOf(titles, "parameters")], row[^2]);
        var evaluated = Command.Run("evaluate", tiny.In("run"), "--backend", "cpu", "--cost", "params,memory").Output;
        var (parameters, bytes) = (long.Parse(row[^2], CultureInfo.InvariantCulture), double.Parse(row[^1], CultureInfo.InvariantCulture));
        Assert.Contains(
            string.Create(
                CultureInfo.InvariantCulture,
                $"\nparams: {parameters:N0} parameters\nmemory: {bytes / 1048576:0.###} MiB of activations\n"),
            evaluated.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Command.Refuses(
            1, ["evaluate", tiny.In("run"), "--backend", "cpu", "--cost", "latency:nowhere"], "nowhere: there is no such table");
        // A hand-made network is in no table, but the title says what kind of numbers there would be.
        Assert.Equal(0, Command.Run(
            "train", "--arch", "resnet20", "--data", tiny.Data, "--backend", "cpu", "--batch-size", "32", "--epochs", "1",
            "--data-workers", "1", "--out", tiny.In("handmade")).Code);
        Assert.Equal(0, Command.Run("compare", tiny.In("handmade"), "--cost", "latency:rx580-b64-inference", "--csv", csv).Code);
        Assert.EndsWith(",latency:rx580-b64-inference (modelled)", File.ReadAllLines(csv)[0], StringComparison.Ordinal);
        Assert.EndsWith(",n/a", File.ReadAllLines(csv)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_lost_its_last_checkpoint_computes_it_again()
    {
        Assert.Equal(0, Command.Run(Args("whole")).Code);
        tiny.Copy("whole", "run");
        tiny.TakeBack("run");
        File.Delete(Path.Combine(tiny.In("run"), "weights.safetensors"));
        Assert.Equal(0, Command.Run("train", "--resume", tiny.In("run"), "--threads", "1").Code);
        Assert.Equal(File.ReadAllBytes(Path.Combine(tiny.In("whole"), "weights.safetensors")),
            File.ReadAllBytes(Path.Combine(tiny.In("run"), "weights.safetensors")));
        Assert.Equal(RunOutcome.Done, tiny.Log("run").OfType<RunEnded>().Last().Outcome);
        Assert.Contains("all 2 epochs are done", Command.Run("train", "--resume", tiny.In("run")).Output);
        Command.Refuses(1, ["train", "--resume", tiny.In("run"), "--epochs", "1"], "epochs 2, not 1");
        Command.Refuses(1, ["search", "--resume", tiny.In("run")], tiny.In("run"), "was written by train, not by search",
            $"miopendarts train --resume {tiny.In("run")}");
    }

    [Fact]
    public void A_finished_training_goes_on_with_more_epochs_and_says_what_that_means()
    {
        Assert.Equal(0, Command.Run(Args("run")).Code);
        var more = Command.Run("train", "--resume", tiny.In("run"), "--epochs", "4");
        Assert.Equal((0, ""), (more.Code, more.Error));
        // The cosine from 0.025 to zero: 0.0125 in the second of two epochs and in the third of four.
        Assert.Contains(
            "epochs   2 epochs become 4: the learning rate follows the cosine of 4 epochs from here on and goes from 0.0125 to 0.0125; ",
            more.Output);
        Assert.Equal([0.025, 0.0125, 0.0125, 0.025 * (1 + Math.Cos(0.75 * Math.PI)) / 2], tiny.Log("run").OfType<TrainEpochDone>()
            .Select(done => done.Record.LearningRate), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Contains("<b>4 of 4</b>", File.ReadAllText(Path.Combine(tiny.In("run"), "report.html")));
        Assert.Contains("all 4 epochs are done", Command.Run("train", "--resume", tiny.In("run")).Output);

        Assert.Equal(0, Command.Run([.. Args("falling"), "--learning-rate-decay", "0.5"]).Code);
        Assert.Contains("2 epochs become 3: the learning rate falls on by its factor of 0.5",
            Command.Run("train", "--resume", tiny.In("falling"), "--epochs", "3").Output);
    }

    [Fact]
    public void What_is_no_image_is_told_as_what_it_is()
    {
        Assert.Equal(0, Command.Run(Args("run")).Code);
        Command.Refuses(1, ["predict", tiny.In("run"), tiny.In("missing.png")],
            $"{tiny.In("missing.png")}: the file cannot be read: there is no such file");
        Command.Refuses(2, ["predict", tiny.In("run"), ""], "images is empty; give: ");
        Command.Refuses(1, ["evaluate", tiny.In("run"), "--data", tiny.In("missing")], "no such folder");
    }

    [Fact]
    public void What_cannot_be_trained_or_tested_is_refused_in_one_line()
    {
        Command.Refuses(2, ["train", "--genotype", "DARTS_V9"], "DARTS_V9", "did you mean");
        Command.Refuses(2, ["train", "--genotype", "DARTS_V1", "--arch", "resnet20"], "do not go together");
        Command.Refuses(2, ["train", "--arch", "resnet21"], "resnet21");
        Command.Refuses(2, ["train", "--init-channels", "1"], "init_channels is 1");
        Command.Refuses(2, [.. Args("run"), "--stem", "imagenet"], "images of 8x8 have 1x1", "auxiliary false");
        Command.Refuses(1, [.. Args("run"), "--weights", tiny.In("no.safetensors")], "no.safetensors");
        Command.Refuses(1, ["evaluate", tiny.In("nowhere")], "no such file or folder");
        Command.Refuses(1, ["evaluate", tiny.Data], "no run in this folder");
        File.Delete(tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Delete(tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        Command.Refuses(1, Args("run"), "no test images");
        Assert.False(Directory.Exists(tiny.In("run")));
    }

    [Fact]
    public void A_trained_network_is_exported_compared_and_predicts()
    {
        Assert.Equal(0, Command.Run(Args("one")).Code);
        Assert.Equal(0, Command.Run([.. Args("two"), "--seed", "1", "--tensorboard"]).Code);
        Assert.Single(Directory.GetFiles(tiny.In("two"), "events.out.tfevents.*"));
        Assert.Equal(0, Command.Run("export", tiny.In("one"), "--fold", "--out", tiny.In("model.onnx")).Code);
        Assert.True(new FileInfo(tiny.In("model.onnx")).Length > 10_000);
        Command.Refuses(1, ["export", tiny.In("one"), "--out", tiny.In("no/model.onnx")], "choose another --out");

        var compared = Command.Run("compare", tiny.In("one"), tiny.In("two"), "--csv", tiny.In("table.csv"), "--html",
            tiny.In("table.html"));
        Assert.Equal((0, ""), (compared.Code, compared.Error));
        Assert.Contains("DARTS_V1  ", compared.Output);
        Assert.StartsWith("DARTS_V1,2,2,", File.ReadAllLines(tiny.In("table.csv"))[1]);

        var data = Command.Run("data", tiny.Data, "--samples", tiny.In("samples.png"));
        Assert.Contains("96 to train, 96 to test; 1x8x8 in 2 classes", data.Output);
        var predicted = Command.Run("predict", tiny.In("one"), tiny.In("samples.png"));
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        Assert.Matches(@"samples\.png: class [01] [0-9.]+ %, class [01] [0-9.]+ %", predicted.Output);
        Command.Refuses(1, ["predict", tiny.In("one"), tiny.ImagesFile], "no JPEG or PNG");
    }

    [Fact]
    public void Random_genotypes_are_a_row_with_mean_and_deviation_beside_a_search()
    {
        string[] searches = ["one", "two", "found"];
        foreach (var (name, seed) in searches.Select((name, i) => (name, i)))
        {
            string[] how = name == "found" ? [] : ["--algorithm", "random"];
            Assert.Equal(0, Command.Run([.. tiny.Args(name), "--seed", $"{seed}", .. how]).Code);
            var train = Args(name + "-trained");
            train[Array.IndexOf(train, "DARTS_V1")] = tiny.In(name);
            Assert.Equal(0, Command.Run(train).Code);
        }

        var compared = Command.Run(["compare", .. searches.Select(tiny.In), .. searches.Select(name => tiny.In(name + "-trained"))]);
        Assert.Equal((0, ""), (compared.Code, compared.Error));
        Assert.Matches(@"random, 2 searches +2 .* [0-9.]+ +[0-9.]+\n", compared.Output);
        Assert.Matches(@"\nfound +1 |^found +1 ", compared.Output);
    }

    [Fact]
    public void A_folder_of_images_is_trained_on_as_ImageNet_is_whatever_the_workers()
    {
        foreach (var (part, name) in new[] { ("train", "ant"), ("train", "bee"), ("val", "ant"), ("val", "bee") })
        {
            Directory.CreateDirectory(tiny.In($"pictures/{part}/{name}"));
            for (var i = 0; i < 3; i++)
            {
                tiny.WriteImages(12 + i, classes: 2);
                Assert.Equal(0, Command.Run("data", tiny.Data, "--samples", tiny.In($"pictures/{part}/{name}/{i}.png")).Code);
            }
        }

        string[] Pictures(string run, string workers) =>
        [
            "train", "--genotype", "DARTS_V1", "--data", tiny.In("pictures"), "--image-size", "8", "--crop", "resized", "--color-jitter",
            "--augment", "--backend", "cpu",
            "--init-channels", "2", "--layers", "3", "--batch-size", "3", "--epochs", "2", "--checkpoint-interval", "1", "--data-workers",
            workers, "--out", tiny.In(run),
        ];

        var outcome = Command.Run(Pictures("whole", "2"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var told = outcome.Output.Split('\n').Single(line => line.StartsWith("test     ", StringComparison.Ordinal))[9..];
        Assert.Equal(told, Command.Run("evaluate", tiny.In("whole"), "--backend", "cpu").Output.TrimEnd());
        Assert.Equal(told, Command.Run("evaluate", tiny.In("whole/weights.safetensors"), "--data", tiny.In("pictures"), "--backend",
            "cpu").Output.TrimEnd());
        Assert.Equal(0, Command.Run("predict", tiny.In("whole"), tiny.In("pictures/val/ant/0.png")).Code);

        string[] search = ["search", "--data", tiny.In("pictures"), "--preset", "demo", "--init-channels", "2", "--layers", "3",
            "--batch-size", "3", "--epochs", "1", "--out", tiny.In("found")];
        Assert.Equal(0, Command.Run([.. search, "--image-size", "8"]).Code);

        tiny.Copy("whole", "run");
        tiny.TakeBack("run");
        File.Delete(tiny.In("run/weights.safetensors"));
        Assert.Equal(0, Command.Run("train", "--resume", tiny.In("run"), "--data-workers", "0").Code);
        Assert.Equal(File.ReadAllBytes(tiny.In("whole/weights.safetensors")), File.ReadAllBytes(tiny.In("run/weights.safetensors")));
        Command.Refuses(1, [.. Pictures("other", "0").Where(word => word is not ("--image-size" or "8"))], "image_size");
    }

    [Fact]
    [Trait("Category", "long")]
    public void The_demo_shows_six_parts()
    {
        var outcome = Command.Run("demo", "--out", tiny.In("demo"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.All(Enumerable.Range(1, 6), part => Assert.Contains($"{part} of 6", outcome.Output));
        Assert.True(File.Exists(tiny.In("demo/model.onnx")));
        Assert.Contains("ankle-boot.png: ", outcome.Output);
    }

    private string[] Args(string run) =>
    [
        "train", "--genotype", "DARTS_V1", "--data", tiny.Data, "--backend", "cpu", "--init-channels", "2", "--layers", "3", "--batch-size",
        "16",
        "--epochs", "2", "--checkpoint-interval", "2", "--report-interval", "2", "--data-workers", "1", "--auxiliary", "true",
        "--drop-path", "0.2", "--out", tiny.In(run),
    ];
}

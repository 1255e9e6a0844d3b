using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Folders of images, as users have them, given to the commands.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private readonly TinySearch tiny = new();
    private int drawn;

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Data_tells_what_was_recognised_and_what_was_left_out()
    {
        Pictures("pets/train", 3, "ant", "bee");
        Pictures("pets/Valid", 2, "ant", "bee");
        Pictures("pets/train", 1, ".ipynb_checkpoints");
        File.WriteAllText(tiny.In("pets/train/ant/scan.bmp"), "BM");
        var outcome = Command.Run("data", tiny.In("pets"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("form       a folder of images; training images: train (6); test images: Valid (4)\n", outcome.Output);
        Assert.Contains("left out   1 hidden folder (train/.ipynb_checkpoints)\n", outcome.Output);
        Assert.Contains("left out   1 file that is neither JPEG nor PNG (1 .bmp)\n", outcome.Output);
        Assert.Contains("images     6 to train, 4 to test; 3x8x8 in 2 classes\n", outcome.Output);
        Assert.Matches(@"\nbee +3 +2\n", outcome.Output);
    }

    [Fact]
    public void A_damaged_image_is_told_by_data_and_refused_by_a_search()
    {
        Pictures("pets", 10, "ant", "bee");
        var damaged = tiny.In("pets/bee/4.png");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..50]);
        var outcome = Command.Run("data", tiny.In("pets"));
        Assert.Equal(1, outcome.Code);
        Assert.Contains($"damaged    {damaged}: the PNG data ends before its last chunk; the file is cut off", outcome.Output);
        Command.AssertOneLine(outcome.Error, tiny.In("pets"), "1 of 20 images is damaged");
        Command.Refuses(1, Search("run", tiny.In("pets")), damaged, "cut off");
        Assert.False(Directory.Exists(tiny.In("run")));
    }

    [Fact]
    public void A_search_and_a_training_say_what_they_leave_out()
    {
        Pictures("pets", 10, "ant", "bee");
        File.WriteAllText(tiny.In("pets/ant/1.tiff"), "");
        var expected = $"left out 1 file that is neither JPEG nor PNG (1 .tiff); see: miopendarts data {tiny.In("pets")}\n";
        foreach (var args in new[] { Search("found", tiny.In("pets")), Train("trained", "--held-out", "0.2") })
        {
            var outcome = Command.Run(args);
            Assert.Equal((0, ""), (outcome.Code, outcome.Error));
            Assert.Contains(expected, outcome.Output);
        }
    }

    [Fact]
    public void A_training_holds_test_images_out_and_is_evaluated_on_the_same()
    {
        Pictures("pets", 10, "ant", "bee");
        Command.Refuses(1, Train("run"), tiny.In("pets"), "there are no test images", "train --held-out 0.1");
        Command.Refuses(2, Train("run", "--held-out", "1"), "held_out is 1; allowed is a number from 0, below 1");
        Assert.False(Directory.Exists(tiny.In("run")));

        var outcome = Command.Run(Train("run", "--held-out", "0.2"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("16 + 4 images", outcome.Output);
        var told = outcome.Output.Split('\n').Single(line => line.StartsWith("test     ", StringComparison.Ordinal))[9..];
        Assert.Equal(told, Command.Run("evaluate", tiny.In("run"), "--backend", "cpu").Output.TrimEnd());
        Command.Refuses(1, ["train", "--resume", tiny.In("run"), "--held-out", "0.3"], "held_out 0.2, not 0.3");

        Pictures("pets/train", 10, "ant", "bee");
        Pictures("pets/test", 5, "ant", "bee");
        Command.Refuses(1, Train("other", "--held-out", "0.2"), "there are 10 test images already", "leave --held-out out");
    }

    [Fact]
    public void A_whole_folder_is_classified_and_what_cannot_be_is_told()
    {
        Pictures("pets", 10, "ant", "bee");
        Assert.Equal(0, Command.Run(Train("run", "--held-out", "0.2")).Code);
        var all = Command.Run("predict", tiny.In("run"), tiny.In("pets"));
        Assert.Equal((0, ""), (all.Code, all.Error));
        var lines = all.Output.TrimEnd().Split('\n');
        Assert.Equal(20, lines.Length);
        var one = Command.Run("predict", tiny.In("run"), tiny.In("pets/bee/3.png")).Output.TrimEnd();
        Assert.Equal(one, lines.Single(line => line.Contains("bee/3.png", StringComparison.Ordinal)));

        File.WriteAllText(tiny.In("pets/ant/0.png"), "no image");
        File.WriteAllText(tiny.In("pets/notes.txt"), "no image");
        var some = Command.Run("predict", tiny.In("run"), tiny.In("pets"));
        Assert.Equal((1, 19), (some.Code, some.Output.TrimEnd().Split('\n').Length));
        Assert.Contains($"left out of {tiny.In("pets")}: 1 file that is neither JPEG nor PNG (1 .txt)\n", some.Error);
        Assert.Contains($"miopendarts: {tiny.In("pets/ant/0.png")}: this is no JPEG or PNG image", some.Error);
        Command.Refuses(1, ["predict", tiny.In("run"), Directory.CreateDirectory(tiny.In("empty")).FullName], tiny.In("empty"),
            "no JPEG or PNG images in this folder");
    }

    [Fact]
    public void A_trained_network_knows_the_names_of_classes_without_its_data()
    {
        var cifar = Directory.CreateDirectory(tiny.In("cifar")).FullName;
        byte[] records = [.. Enumerable.Range(0, 20).SelectMany(i =>
            new byte[3073].Select((_, k) => k == 0 ? (byte)(i % 10) : (byte)(k * (i % 10 + 1))))];
        File.WriteAllBytes(Path.Combine(cifar, "data_batch_1.bin"), records);
        File.WriteAllBytes(Path.Combine(cifar, "test_batch.bin"), records);
        File.WriteAllLines(Path.Combine(cifar, "batches.meta.txt"),
            ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);
        var train = Train("run", "--image-size", "8");
        train[Array.IndexOf(train, tiny.In("pets"))] = cifar;
        var outcome = Command.Run(train);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"\ncat +2 +2\n", Command.Run("data", cifar).Output);
        Directory.Delete(cifar, recursive: true);
        Pictures("pets", 1, "ant");
        Assert.Matches("^" + tiny.In("pets/ant/0.png") + ": (airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck) ",
            Command.Run("predict", tiny.In("run"), tiny.In("pets")).Output);
    }

    [Fact]
    public void Names_cannot_command_the_terminal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files cannot have such names; run this elsewhere");
        Pictures("pets", 5, "ant", "\u001b[31mred\u001b]0;title\u0007", "two\nlines", "left\u202eright");
        var data = Command.Run("data", tiny.In("pets"));
        Assert.Equal((0, ""), (data.Code, data.Error));
        Assert.DoesNotContain(data.Output, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        Assert.Contains(@"\u001b[31mred\u001b]0;title\u0007 ", data.Output);
        Assert.Contains(@"two\u000alines ", data.Output);

        Assert.Equal(0, Command.Run(Train("run", "--held-out", "0.2")).Code);
        var predicted = Command.Run("predict", tiny.In("run"), tiny.In("pets"));
        Assert.Equal(20, predicted.Output.TrimEnd().Split('\n').Length);
        Assert.DoesNotContain(predicted.Output, c => (char.IsControl(c) && c != '\n') || c == '\u202e');

        var missing = Command.Run("data", "no\u001b[2Jwhere");
        Assert.Equal(1, missing.Code);
        Assert.StartsWith(@"miopendarts: no\u001b[2Jwhere: there is no such folder", missing.Error);
    }

    private string[] Search(string run, string data) =>
    [
        "search", "--data", data, "--backend", "cpu", "--init-channels", "2", "--layers", "3", "--nodes", "2", "--multiplier", "2",
        "--batch-size", "4",
        "--epochs", "1", "--out", tiny.In(run),
    ];

    private string[] Train(string run, params string[] more) =>
    [
        "train", "--genotype", "DARTS_V1", "--data", tiny.In("pets"), "--backend", "cpu", "--init-channels", "2", "--layers", "3",
        "--batch-size", "4",
        "--epochs", "1", "--out", tiny.In(run), .. more,
    ];

    private void Pictures(string part, int count, params string[] classes)
    {
        foreach (var name in classes)
        {
            Directory.CreateDirectory(tiny.In($"{part}/{name}"));
            for (var i = 0; i < count; i++, drawn++)
            {
                byte[] pixels = [.. Enumerable.Range(0, 192).Select(k => (byte)(k * (drawn + 3)))];
                DataSummary.WriteImage(new ImageSet("one", 3, 8, 8, 2, pixels, [0]), 0, tiny.In($"{part}/{name}/{i}.png"));
            }
        }
    }
}

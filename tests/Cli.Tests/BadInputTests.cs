namespace MIOpenDarts.Cli.Tests;

public sealed class BadInputTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Truncated_images_are_named() =>
        DataRefused(() => File.WriteAllBytes(tiny.ImagesFile, File.ReadAllBytes(tiny.ImagesFile)[..^1]), tiny.ImagesFile, "truncated");

    [Fact]
    public void Oversized_images_are_named() =>
        DataRefused(() => File.WriteAllBytes(tiny.ImagesFile, [.. File.ReadAllBytes(tiny.ImagesFile), 0]), tiny.ImagesFile, "oversized");

    [Fact]
    public void A_header_cut_short_is_named() =>
        DataRefused(() => File.WriteAllBytes(tiny.LabelsFile, [0, 0, 8]), tiny.LabelsFile, "truncated");

    [Fact]
    public void An_empty_file_is_named() => DataRefused(() => File.WriteAllBytes(tiny.ImagesFile, []), tiny.ImagesFile, "truncated");

    [Fact]
    public void A_wrong_magic_number_is_named() =>
        DataRefused(() =>
            File.WriteAllBytes(tiny.ImagesFile, TinySearch.Numbers(0x1234, 1, 1, 1)), tiny.ImagesFile, "0x00001234", "0x00000803");

    [Fact]
    public void Labels_that_do_not_match_the_images_are_named() =>
        DataRefused(() =>
            File.WriteAllBytes(tiny.LabelsFile, [.. TinySearch.Numbers(0x801, 2), 0, 1]), tiny.LabelsFile, "2 labels", "96 images");

    [Fact]
    public void A_label_out_of_range_is_named() => DataRefused(
        () =>
        {
            var labels = File.ReadAllBytes(tiny.LabelsFile);
            labels[^1] = 200;
            File.WriteAllBytes(tiny.LabelsFile, labels);
        },
        tiny.LabelsFile, "label 200 is out of range");

    [Fact]
    public void An_empty_set_is_named() => DataRefused(() => tiny.WriteImages(0), tiny.ImagesFile, "no images");

    [Fact]
    public void A_batch_larger_than_the_set_is_named() =>
        DataRefused(() => tiny.WriteImages(12), "batch of 8", "6 of 12 images", "at most 6");

    [Fact]
    public void A_folder_without_data_is_named() =>
        DataRefused(() => File.Delete(tiny.ImagesFile), tiny.Data, "data_batch_*.bin", "train-images-idx3-ubyte");

    [Fact]
    public void A_missing_labels_file_is_named() =>
        DataRefused(() => File.Delete(tiny.LabelsFile), tiny.Data, "train-labels-idx1-ubyte", "missing");

    [Fact]
    public void A_folder_that_is_not_there_is_named() =>
        DataRefused(() => Directory.Delete(tiny.Data, recursive: true), tiny.Data, "no such folder");

    [Fact]
    public void Cut_gzip_data_is_named() =>
        DataRefused(() => File.WriteAllBytes(tiny.ImagesFile, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 99]), tiny.ImagesFile, "again");

    [Fact]
    public void A_truncated_cifar_file_is_named() =>
        DataRefused(() =>
            File.WriteAllBytes(Path.Combine(tiny.Data, "data_batch_1.bin"), new byte[3000]), "data_batch_1.bin", "3000 bytes", "3073");

    [Fact]
    public void A_cifar_label_out_of_range_is_named() =>
        DataRefused(() =>
            File.WriteAllBytes(Path.Combine(tiny.Data, "data_batch_1.bin"), [77, .. new byte[3072]]), "data_batch_1.bin", "label 77");

    [Theory]
    [InlineData("x.json", "{\"epochs\": ", "not valid JSON")]
    [InlineData("x.json", "[1, 2]", "not a JSON object")]
    [InlineData("x.json", "/* epochs: 3", "not valid JSON")]
    [InlineData("x.json", "{\"epoch\": 3}", "epoch is not an option; did you mean epochs?")]
    [InlineData("x.json", "{\"epochs\": \"many\"}", "epochs is \"many\"; allowed is a whole number")]
    [InlineData("x.json", "{\"epochs\": 0}", "epochs is 0; allowed is a whole number from 1")]
    [InlineData("x.json", "{\"epochs\": 99999999999}", "epochs is 99999999999")]
    [InlineData("x.json", "{\"preset\": \"tiny\"}", "x.json: preset is 'tiny'; allowed is darts, rx580, demo")]
    [InlineData("x.yaml", "Preset: tiny", "x.yaml: preset is 'tiny'; allowed is darts, rx580, demo")]
    [InlineData("x.yaml", "epochs: [1, 2]", "one value, not a list")]
    [InlineData("x.yaml", "epochs: {", "x.yaml: line ")]
    [InlineData("x.yaml", "epochs", "not a mapping")]
    [InlineData("x.yml", "momentum: 1.5", "momentum is 1.5; allowed is a number from 0, below 1")]
    [InlineData("x.toml", "epochs = 3", "extension '.toml' is unknown")]
    public void A_malformed_configuration_names_file_value_and_cure(string name, string text, params string[] words)
    {
        File.WriteAllText(tiny.In(name), text);
        Command.Refuses(2, ["search", "--config", tiny.In(name), "--out", tiny.In("run")], words);
        Assert.False(Directory.Exists(tiny.In("run")));
    }

    [Fact]
    public void A_configuration_that_is_not_there_is_named() =>
        Command.Refuses(2, ["search", "--config", "nowhere.json"], "nowhere.json", "no such configuration file");

    [Theory]
    [InlineData(2, "--preset", "tiny", "preset is 'tiny'; allowed is darts, rx580, demo")]
    [InlineData(2, "--backend", "gpu", "backend is gpu; allowed is auto, hip")]
    [InlineData(1, "--data", "nowhere", "nowhere: there is no such folder; give one with")]
    [InlineData(2, "--epochs", "three", "epochs is 'three'; allowed is a whole number")]
    [InlineData(2, "--epochs", "0", "epochs is 0; allowed is a whole number from 1")]
    [InlineData(2, "--learning-rate", "nan", "learning_rate is 'nan'")]
    [InlineData(2, "--learning-rate", "-0.1", "miopendarts: learning_rate is -0.1; allowed is a number over 0")]
    [InlineData(2, "--learning-rate-min", "0.1", "learning_rate_min is 0.1; allowed is a number from 0 to learning_rate, which is 0.025")]
    [InlineData(2, "--multiplier", "9", "multiplier is 9; allowed is a whole number from 1 to nodes, which is 4")]
    [InlineData(2, "--mixed-precision", "true", "mixed_precision is true", "gfx803")]
    [InlineData(2, "--epoch", "3", "--epoch is not an option of search; did you mean --epochs?", "search --help")]
    [InlineData(2, "--out", "", "--out is empty; give a folder")]
    [InlineData(2, "--config", "", "--config is empty; give a file")]
    [InlineData(2, "extra", "word", "'extra' is one word too many")]
    public void A_wrong_word_on_the_command_line_names_value_and_cure(int code, string option, string value, params string[] words) =>
        Command.Refuses(code, ["search", option, value], words);

    [Theory]
    [InlineData("predict", "images", "network")]
    [InlineData("evaluate", "network")]
    [InlineData("show", "genotype")]
    [InlineData("compare", "runs")]
    [InlineData("data", "data")]
    public void An_empty_word_is_told_as_one(string command, params string[] arguments)
    {
        Command.Refuses(2, [command, .. arguments.Skip(1).Select(_ => "word"), ""], $"{arguments[0]} is empty; give: ");
    }

    [Theory]
    [InlineData("serch", "'serch' is not a command; did you mean search?")]
    [InlineData("--verbose", "--verbose is not an option of")]
    [InlineData("version", "'version' is not a command; did you mean --version?")]
    public void An_unknown_command_gets_a_guess(string word, string answer) => Command.Refuses(2, [word], answer, "--help");

    [Fact]
    public void An_output_folder_under_a_file_is_refused() =>
        Command.Refuses(1, ["search", "--data", tiny.Data, "--batch-size", "8", "--out", Path.Combine(tiny.ImagesFile, "run")],
            tiny.ImagesFile, "choose another --out");

    [Fact]
    public void An_output_folder_that_cannot_be_made_is_refused()
    {
        Assert.SkipUnless(Directory.Exists("/proc"), "there is no /proc, where nobody can write; run this on Linux");
        Command.Refuses(1, ["search", "--data", tiny.Data, "--batch-size", "8", "--out", "/proc/miopendarts"], "/proc/miopendarts",
            "choose another --out");
    }

    [Fact]
    public void All_wrong_options_are_told_at_once()
    {
        var outcome = Command.Run("search", "--epochs", "0", "--layers", "2");
        Assert.Equal(2, outcome.Code);
        Assert.Equal(2, outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private void DataRefused(Action damage, params string[] words)
    {
        damage();
        Command.Refuses(1, tiny.Args("run"), words);
        Assert.False(Directory.Exists(tiny.In("run")));
    }
}

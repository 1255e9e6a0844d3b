using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts data</c>: reads a data set completely and tells what is in it.</summary>
internal static class DataCommand
{
    public const string Name = "data";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        A folder has one of
          CIFAR-10 or CIFAR-100 binary files, with the names of the classes in batches.meta.txt or fine_label_names.txt if they are there
          CIFAR-10 or CIFAR-100 files for Python, as torchvision fetches them
          IDX files, as MNIST has them
          a sub-folder of JPEG or PNG images for each class, or a folder train or training of them, beside it a test part called test,
          testing, val, valid or validation (in any case; the first of them that is there)
          Parquet files with encoded images and labels, as Hugging Face has them: train-00000-of-00002.parquet, test-...
          tar files of images, each with its label beside it (0001.jpg, 0001.cls), as WebDataset has them, or in the folder of its class
        A file is one such .parquet or .tar, cifar-10-python.tar.gz or cifar-100-python.tar.gz as it was fetched, or an .npz file with
        train_images (uint8 [N,H,W] or [N,H,W,3]) and train_labels, and test_images and test_labels if there are any, as MedMNIST has them.
        Nothing in a pickle is evaluated.
        Images of over 1 GiB of pixels are decoded at each use. What was found in large folders and in tar files is kept in
        MIOPENDARTS_CACHE or ~/.cache/miopendarts, and found anew when a length or a time differs.
        What is hidden, of another format or in no class is left out and told. A damaged image is told too; search and train refuse it.
        Images stand upright as their EXIF data says.

        Examples:
          miopendarts data
          miopendarts data pictures --image-size 64 --samples samples.png
        """;

    public static Command Create(Screen screen)
    {
        var name = new Argument<string>("data")
        {
            Description = "A name, a folder or a file.",
            DefaultValueFactory = _ => DataSource.FashionMnistSlice,
        };
        var size = new Option<int>("--image-size")
        {
            HelpName = "N",
            Description = "Rows and columns that images are brought to; 0 to keep theirs.",
        };
        size.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && (!int.TryParse(word.Value, out var value) || value is < 0 or > 4096))
                result.AddError($"--image-size is {word.Value}; allowed is a whole number from 0 to 4096");
        });
        var samples = OptionNames.Path("--samples", "FILE", "Write the first images of every class as a PNG picture.");
        var command = new Command(Name, "Check a data set: images of every class, size, mean and deviation.") { name, size, samples };
        command.SetAction(parsed =>
        {
            var found = DataSource.Find(parsed.GetValue(name)!);
            Show(screen.Output, found.Description);
            var data = found.Read(parsed.GetValue(size) is > 0 and var side ? (side, side) : null);
            var summary = new DataSummary(data);
            Show(screen.Output, summary);
            if (parsed.GetValue(samples) is { } file) OutputFile.Write("--samples", file, summary.WriteSamples);
            return Sound(screen.Output, summary.Data);
        });
        return command;
    }

    // Told before the images are read: what is wrong with them may lie in what was taken for what.
    private static void Show(TextWriter output, DataDescription description)
    {
        output.WriteLine($"form       {description.Form}; training images: {description.Train}; test images: {description.Test ?? "none"}");
        if (description.Because is { } because) output.WriteLine(PlainText.Line($"because    {because}"));
        foreach (var left in description.LeftOut) output.WriteLine(PlainText.Line($"left out   {left}"));
    }

    private static int Sound(TextWriter output, ImageData data)
    {
        var damaged = data.Description.Damaged;
        foreach (var message in damaged) output.WriteLine(PlainText.Line($"damaged    {message}"));
        if (damaged.Count == 0) return ExitCode.Done;
        var all = data.Train.Count + (data.Test?.Count ?? 0) + damaged.Count;
        throw new DataException(
            $"{data.Name}: {damaged.Count} of {all} images {(damaged.Count == 1 ? "is" : "are")} damaged; remove them or fetch them again");
    }

    private static void Show(TextWriter output, DataSummary summary)
    {
        var train = summary.Data.Train;
        output.WriteLine(
            $"images     {train.Count:N0} to train, {summary.Data.Test?.Count ?? 0:N0} to test; "
            + $"{train.Channels}x{train.Height}x{train.Width} in {train.Classes} classes");
        output.WriteLine($"kept       {summary.Data.Description.Kept}");
        output.WriteLine($"mean       {Numbers(summary.Measured.Mean)}   used {Numbers(summary.Data.Normalization.Mean)}");
        output.WriteLine($"deviation  {Numbers(summary.Measured.Deviation)}   used {Numbers(summary.Data.Normalization.Deviation)}");
        output.WriteLine($"{"class",-24} {"train",8} {"test",8}");
        for (var k = 0; k < train.Classes; k++)
            output.WriteLine($"{PlainText.Line(summary.ClassName(k)),-24} {summary.TrainCounts[k],8} "
                + $"{(summary.TestCounts.Count > k ? summary.TestCounts[k] : 0),8}");
    }

    private static string Numbers(IEnumerable<float> values) => string.Join(", ", values.Select(v => v.ToString("F4")));
}

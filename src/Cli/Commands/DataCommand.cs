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
        A folder has CIFAR-10 or CIFAR-100 binary files, IDX files, or a sub-folder of JPEG or PNG images for each class (below train and
        test or val, where there is a test set).

        Examples:
          miopendarts data
          miopendarts data pictures --image-size 64 --samples samples.png
        """;

    public static Command Create(Screen screen)
    {
        var name = new Argument<string>("data") { Description = "A name or a folder.", DefaultValueFactory = _ => DataSource.FashionMnistSlice };
        var size = new Option<int>("--image-size") { HelpName = "N", Description = "Size that a folder's images are brought to; 0 to keep theirs." };
        size.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && (!int.TryParse(word.Value, out var value) || value is < 0 or > 4096))
                result.AddError($"--image-size is {word.Value}; allowed is a whole number from 0 to 4096");
        });
        var samples = Words.Path("--samples", "FILE", "Write the first images of every class as a PNG picture.");
        var command = new Command(Name, "Check a data set: images of every class, size, mean and deviation.") { name, size, samples };
        command.SetAction(parsed =>
        {
            var summary = new DataSummary(DataSource.Open(parsed.GetValue(name)!, parsed.GetValue(size)));
            Show(screen.Output, summary);
            if (parsed.GetValue(samples) is { } file) Write(file, summary);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(TextWriter output, DataSummary summary)
    {
        var train = summary.Data.Train;
        output.WriteLine($"images     {train.Count:N0} to train, {summary.Data.Test?.Count ?? 0:N0} to test; {train.Channels}x{train.Height}x{train.Width} in {train.Classes} classes");
        output.WriteLine($"mean       {Numbers(summary.Measured.Mean)}   used {Numbers(summary.Data.Normalization.Mean)}");
        output.WriteLine($"deviation  {Numbers(summary.Measured.Deviation)}   used {Numbers(summary.Data.Normalization.Deviation)}");
        output.WriteLine($"{"class",-24} {"train",8} {"test",8}");
        for (var k = 0; k < train.Classes; k++)
            output.WriteLine($"{summary.ClassName(k),-24} {summary.TrainCounts[k],8} {(summary.TestCounts.Count > k ? summary.TestCounts[k] : 0),8}");
    }

    private static void Write(string file, DataSummary summary)
    {
        try
        {
            summary.WriteSamples(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{file}: cannot be written ({e.Message.TrimEnd('.')}); choose another --samples", e);
        }
    }

    private static string Numbers(IEnumerable<float> values) => string.Join(", ", values.Select(v => v.ToString("F4")));
}

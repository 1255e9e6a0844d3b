using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// The folder of one training: what every run has, and <c>best.safetensors</c> (the epoch with the best test accuracy) and, at the end,
/// <c>weights.safetensors</c>.
/// </summary>
public sealed class TrainFolder : WorkFolder
{
    /// <summary>Name of the file with the weights of the best epoch.</summary>
    public const string BestName = "best.safetensors";

    /// <summary>Name of the file with the weights after the last epoch.</summary>
    public const string WeightsName = "weights.safetensors";

    private TrainFolder(string path, TrainOptions options, FileStream held)
        : base(path, "train", held) => Options = options;

    /// <summary>The options that the run was begun with.</summary>
    public TrainOptions Options { get; }

    /// <summary>Where weights files go.</summary>
    public WeightFiles Weights => new(In(Path, BestName), In(Path, WeightsName));

    /// <summary>Makes the folder of a new run and writes its configuration.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run already.</exception>
    public static TrainFolder Create(string path, TrainOptions options) => new(path, options, Begin(path, TrainOptionsResolver.Format(options)));

    /// <summary>Opens the folder of an earlier run and reads its configuration.</summary>
    /// <exception cref="RunFolderException">There is no run in it, it cannot be written, or another process works in it.</exception>
    /// <exception cref="OptionsException">Its configuration is not one of a training.</exception>
    public static TrainFolder Open(string path)
    {
        var options = ReadOptions(path);
        try
        {
            return new TrainFolder(path, options, RunLock.Take(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: the run cannot be opened ({e.Message.TrimEnd('.')}); make the folder readable and writable", e);
        }
    }

    /// <summary>The options of an earlier run, which may be under way.</summary>
    /// <exception cref="RunFolderException">There is no run in the folder, or it cannot be read.</exception>
    /// <exception cref="OptionsException">Its configuration is not one of a training.</exception>
    public static TrainOptions ReadOptions(string path)
    {
        if (!File.Exists(ConfigOf(path))) throw new RunFolderException($"{path}: there is no run in this folder (no config.json); give a folder that train wrote");
        try
        {
            return TrainOptionsResolver.Parse(File.ReadAllText(ConfigOf(path)), ConfigOf(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: the run cannot be opened ({e.Message.TrimEnd('.')}); make the folder readable", e);
        }
    }

    /// <summary>Refuses options that would change what the run computes.</summary>
    /// <exception cref="RunFolderException">One differs; the message names it with both values.</exception>
    public void RequireSame(TrainOptions options)
    {
        foreach (var field in TrainOptionFields.All.Where(f => f.HasEffect))
        {
            if (field.Show(Options) == field.Show(options)) continue;
            throw new RunFolderException(
                $"{Path}: was begun with {field.Name} {field.Show(Options)}, not {field.Show(options)}; leave that option out, or begin another run");
        }
    }

    /// <summary>Writes the report of what has happened up to now.</summary>
    /// <exception cref="RunFolderException">It cannot be written; an older one stays.</exception>
    public void WriteReport(TrainHistory history) => Try("the report", () => WriteWhole(ReportFile, TrainReport.Render(history)));
}

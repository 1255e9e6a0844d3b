using System.Globalization;
using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Cli.Tests;

/// <summary>
/// A training of a second in the folder <c>trained</c>, on the images of <see cref="TinySearch"/>, which it is tested on too.
/// </summary>
internal sealed class TinyTraining : TinySearch
{
    public TinyTraining()
    {
        File.Copy(ImagesFile, ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(LabelsFile, LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        Assert.Equal(0, Command.Run(
            "train", "--genotype", "DARTS_V2", "--data", Data, "--layers", "3", "--init-channels", "16", "--epochs", "1",
            "--batch-size", "16", "--auxiliary", "false", "--backend", "cpu", "--threads", "1", "--out", In("trained")).Code);
    }

    /// <summary>The least share of multiply-adds that a command reaches.</summary>
    public static double Least(string command, string run, params string[] more)
    {
        var told = Command.Run([command, run, "--target", "macs=0.001", "--calibration", "32", .. more]).Error;
        return double.Parse(Regex.Match(told, @"costs? (\d\.\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Takes away all of a run but its plan, what stages before it made, and the files that are named.</summary>
    public void Forget(string run, params string[] kept)
    {
        foreach (var file in Directory.GetFiles(In(run)))
            if (Path.GetFileName(file) != "stages.json" && !kept.Contains(Path.GetFileName(file))) File.Delete(file);
        Directory.Delete(Checkpoints(run), recursive: true);
    }

    /// <summary>Multiply-adds of a run's network.</summary>
    public long MultiplyAdds(string run)
    {
        using var backend = CpuBackend.Create(1);
        var (_, net) = NetworkDescription.Load(Path.Combine(In(run), "weights.safetensors"), backend);
        using (net) return net.Trace().MultiplyAdds;
    }

    /// <summary>Bytes of a file of weights.</summary>
    public byte[] Weights(string run, string name = "weights") => File.ReadAllBytes(Path.Combine(In(run), $"{name}.safetensors"));
}

using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;
using Spectre.Console;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts warmup</c>: compiles and measures beforehand what the first step on a GPU would wait for.</summary>
internal static class WarmupCommand
{
    public const string Name = "warmup";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        Kernels and choices are kept in MIOPENDARTS_CACHE or ~/.cache/miopendarts, for each architecture, driver and version of MIOpen.

        Examples:
          miopendarts warmup --preset darts --data cifar-10-batches-bin
          miopendarts warmup --genotype DARTS_V2 --preset darts --data cifar-10-batches-bin
        """;

    public static Command Create(Screen screen)
    {
        var backend = OptionNames.Path(
            "--backend", string.Join('|', Warming.Select(kind => $"{kind.Name}|{kind.Name}:N")), "The GPU (default: the first).");
        var genotype = OptionNames.Path(
            "--genotype", "GENOTYPE", "Warm up for training this network (as for train) instead of for a search.");
        var arch = OptionNames.Path("--arch", "resnet20|mobilenetv2", "The same for a hand-made network.");
        var preset = OptionNames.Path("--preset", "NAME", "Settings of the search or training, as there.");
        var config = OptionNames.Path("--config", "FILE", "Options of the search or training from a .json or .yaml file.");
        var data = OptionNames.Path("--data", "DATA", "The data set, as there.");
        var command = new Command(
            Name, "Compile kernels and find the fastest solvers for a search or a training on a GPU, before it begins.")
        {
            backend, genotype, arch, preset, config, data,
        };
        command.SetAction(parsed =>
        {
            List<KeyValuePair<string, string>> typed = [new("backend", parsed.GetValue(backend) ?? Warming.First().Name)];
            if (parsed.GetValue(data) is { } set) typed.Add(new("data", set));
            if (TrainCommand.Network(parsed.GetValue(genotype), parsed.GetValue(arch)) is not { } network)
                return Search(screen, SearchOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), typed));
            typed.Add(new("network", network));
            return Train(screen, TrainOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), typed));
        });
        return command;
    }

    private static int Search(Screen screen, SearchOptions options)
    {
        var images = BlankSearchStep.Images(options);
        using var gpu = Create(options.Backend, options.Deterministic);
        using var step = new BlankSearchStep(options, images, gpu);
        return Show(screen, ((IWarmUp)gpu).WarmUp(step.Run));
    }

    private static int Train(Screen screen, TrainOptions options)
    {
        var data = EvaluationTraining.Open(options);
        using var gpu = Create(options.Backend, options.Deterministic);
        using var step = new BlankTrainingStep(options, data, gpu);
        return Show(screen, ((IWarmUp)gpu).WarmUp(step.Run));
    }

    private static IEnumerable<BackendKind> Warming => BackendChoice.All.Where(kind => kind.WarmsUp);

    private static Backend<float> Create(string name, bool deterministic)
    {
        if (BackendChoice.Find(name) is { WarmsUp: false })
            throw new OptionsException(
                $"backend '{name}' compiles and measures nothing; "
                + $"only {string.Join(", ", Warming.Select(kind => kind.Name))} needs a warm-up");
        return Backends.Create(name, 0, deterministic);
    }

    private static int Show(Screen screen, IEnumerable<WarmUpStep> steps)
    {
        var modelled = TimeModel.Here() is { } model ? $" (modelled on {model.Card})" : "";
        if (screen.Terminal is { } terminal)
            terminal.Progress().Start(progress =>
            {
                ProgressTask? task = null;
                foreach (var step in steps)
                {
                    if (task?.Description != step.Kind) task = progress.AddTask(step.Kind, maxValue: step.Total);
                    task.Value = step.Done;
                }
            });
        else
            foreach (var step in steps)
                screen.Output.WriteLine(
                    $"{step.Kind} {step.Done}/{step.Total}  {step.Name}  "
                    + $"{step.Library}{(step.Milliseconds > 0 ? $" {step.Milliseconds:F3} ms{modelled}" : "")}");
        screen.Output.WriteLine("ready: the first step waits for nothing any more");
        return ExitCode.Done;
    }
}

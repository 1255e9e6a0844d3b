using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Diagnostics;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// <c>miopendarts forecast</c>: how long a search step takes on a card that is not here, by the time model of the virtual gfx803.
/// </summary>
internal static class ForecastCommand
{
    public const string Name = "forecast";
    private const string Paper = "darts";
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(20);

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        The step runs on the virtual gfx803 (native/virtual-gpu), which counts instructions, caches and conflicts of sampled work-groups and
        makes microseconds of them. Its results mean nothing, nothing is learnt. The data set gives the size of the images only.
        floor is what the step's bytes take at the card's nominal bandwidth.

        Examples:
          miopendarts forecast --device rx580 --preset darts
          miopendarts forecast --device rx560 --init-channels 8 --batch-size 32
        """;

    public static Command Create(Screen screen)
    {
        var device = OptionNames.OneOf("--device", "The card.", TimeModel.Cards);
        var preset = OptionNames.Path("--preset", string.Join('|', SearchPresets.Names), "Settings to start from, as for search.");
        var config = OptionNames.Path("--config", "FILE", "Options from a .json or .yaml file, as for search.");
        var clock = OptionNames.Measure("--clock", "GHZ", "Another clock than the card's.");
        var bandwidth = OptionNames.Measure("--bandwidth", "GB/S", "Another rate of streaming from memory than is expected of it.");
        var launch = OptionNames.Measure("--launch", "US", "Another time of a queued launch than 5 us.");
        var command = new Command(Name, "Forecast the time of a search step on a card that is not here, kernel by kernel.") { device,
            preset, config, clock, bandwidth, launch };
        var fields = new FieldOptions(SearchOptions.Table.All.Select(f => ((OptionDefinition)f, f.Show(SearchPresets.Get(Paper)))));
        fields.AddTo(command);
        command.SetAction(parsed =>
        {
            // Faults in the options are reported before anything is started.
            List<KeyValuePair<string, string>> typed = [.. fields.Typed(parsed).Where(o => o.Key != "backend"), new("backend", "hip")];
            var options = SearchOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), typed);
            BlankSearchStep.RequireSteps(options);
            if (TimeModel.Here() is { } model) return Model(screen, model, options);
            if (TimeModel.IsAskedFor) return Failures.Report(screen.Error, TimeModel.TooOld, ExitCode.Failed);
            return Environment.GetEnvironmentVariable(VirtualCard.Launcher) is { Length: > 0 } launcher
                ? VirtualCard.Run(launcher, parsed.GetValue(device)!, Changes(parsed), parsed.Tokens.Select(t => t.Value))
                : Failures.Report(screen.Error, VirtualCard.Cure, ExitCode.Failed);
        });
        return command;

        Dictionary<string, string> Changes(ParseResult parsed) =>
            new[] { ("VGPU_TIME_CLOCK", clock), ("VGPU_TIME_DRAM", bandwidth), ("VGPU_TIME_LAUNCH", launch) }
                .Where(c => parsed.GetValue(c.Item2) is not null)
                .ToDictionary(c => c.Item1, c => parsed.GetValue(c.Item2)!.Value.ToString(CultureInfo.InvariantCulture));
    }

    private static int Model(Screen screen, TimeModel model, SearchOptions options)
    {
        var images = BlankSearchStep.Images(options);
        using var gpu = MIOpenBackend.Create(0, options.Deterministic);
        using var step = new BlankSearchStep(options, images, gpu);
        // The first step prepares, and models what the second only repeats.
        using (var progress = new Timer(_ => screen.Error.WriteLine($"modelled {model.Launches} launches"), null, BetweenLines,
            BetweenLines)) step.Run();
        var before = new Dictionary<string, KernelUse>(gpu.KernelUses);
        var kernels = model.Record(step.Run);
        var bytes = gpu.KernelUses.ToDictionary(u => u.Key, u => u.Value.Bytes - before.GetValueOrDefault(u.Key).Bytes);
        var cells = options.Skeleton == Skeleton.NasBench201 ? $"{options.CellsPerStage} cells a stage" : $"{options.Layers} cells";
        screen.Output.WriteLine(
            $"a step of {options.Algorithm} with {options.InitChannels} channels, {cells} and batch {options.BatchSize}");
        ForecastTable.Write(screen.Output, model, kernels, bytes);
        return ExitCode.Done;
    }
}

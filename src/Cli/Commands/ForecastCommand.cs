using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// <c>miopendarts forecast</c>: how long a step takes on a card that is not here, by the time model of the virtual gfx803.
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
        floor is what the step's bytes take at the card's nominal bandwidth. The textbook form computes the same supernet operation by
        operation, every convolution by MIOpen, as a framework does.
        Without the virtual gfx803 the step's operations are summed up by the tables that this program carries of an RX 580: coarser, of
        a search an upper estimate, and only for networks that they have.

        Examples:
          miopendarts forecast --device rx580 --preset darts
          miopendarts forecast --device rx560 --init-channels 8 --batch-size 32
          miopendarts forecast --device rx580 --genotype DARTS_V2 --preset darts
          miopendarts forecast --device rx580 --form textbook --batch-size 16
          miopendarts forecast --ranks 2,4,8 --preset darts
        """;

    public static Command Create(Screen screen)
    {
        var device = OptionNames.OneOf("--device", "The card.", TimeModel.Cards);
        var preset = OptionNames.Path(
            "--preset", string.Join('|', SearchPresets.Names), "Settings to start from, as for search or train.");
        var config = OptionNames.Path("--config", "FILE", "Options from a .json or .yaml file, as for search or train.");
        var genotype = OptionNames.Path(
            "--genotype", "GENOTYPE", "Forecast a step of training this network (as for train) instead of a search's.");
        var arch = OptionNames.Path("--arch", string.Join('|', NetworkDescription.Baselines), "The same for a hand-made network.");
        var form = FormOption.Create();
        var clock = OptionNames.Measure("--clock", "GHZ", "Another clock than the card's.");
        var bandwidth = OptionNames.Measure("--bandwidth", "GB/S", "Another rate of streaming from memory than is expected of it.");
        var launch = OptionNames.Measure("--launch", "US", "Another time of a queued launch than 5 us.");
        var ranks = OptionNames.Path(
            "--ranks", "LIST", "What ranks of MPI that share the batches would exchange, such as 2,4,8; computed on cpu, without a card.");
        var command = new Command(Name, "Forecast the time of a step on a card that is not here, kernel by kernel.")
        {
            device, preset, config, genotype, arch, form, clock, bandwidth, launch, ranks,
        };
        var fields = new FieldOptions(SearchOptions.Table.All.Select(f => ((OptionDefinition)f, f.Show(SearchPresets.Get(Paper)))));
        fields.AddTo(command);
        command.SetAction(parsed =>
        {
            // Faults in the options are reported before anything is started.
            if (parsed.GetValue(ranks) is { } list)
            {
                var own = fields.Typed(parsed).ToList();
                if (new Option[] { device, genotype, arch, form, clock, bandwidth, launch }
                    .FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false })?.Name is { } other)
                    throw new OptionsException($"{other} does not go with --ranks, which counts a step of a search on cpu; leave one out");
                if (own.Exists(o => o.Key == "backend"))
                    throw new OptionsException("--backend does not go with --ranks, which counts on cpu; leave one out");
                var options = SearchOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), own);
                if (options.Backend is not (BackendChoice.Auto or "cpu"))
                    throw new OptionsException($"backend {options.Backend} does not go with --ranks, which counts on cpu; leave one out");
                RankForecast.Write(screen.Output, options, Numbers(list));
                return ExitCode.Done;
            }

            List<KeyValuePair<string, string>> typed = [.. fields.Typed(parsed).Where(o => o.Key != "backend"), new("backend", "hip")];
            var chosen = FormOption.Of(parsed, form);
            var step = TrainCommand.Network(parsed.GetValue(genotype), parsed.GetValue(arch)) is { } network
                ? chosen == CellForm.Textbook
                    ? throw new OptionsException("--form textbook is of a search; leave it out, or --genotype and --arch")
                    : ForecastStep.OfTraining(
                        parsed.GetValue(genotype) ?? parsed.GetValue(arch)!, TrainOptions.Table.Resolve(
                            parsed.GetValue(preset), parsed.GetValue(config), [.. typed, new("network", network)]))
                : ForecastStep.OfSearch(SearchOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), typed), chosen);
            // Names of data sets and genotypes are no paths.
            var paths = new[] { step.Options.Data, parsed.GetValue(config), parsed.GetValue(genotype) }.OfType<string>()
                .Where(Path.Exists);
            return VirtualCard.Run(
                screen, parsed, device, Changes(parsed), paths, model => Model(screen, model, step),
                () => Sum(screen, parsed.GetValue(device)!, step, parsed.GetValue(launch),
                    parsed.GetValue(clock) is not null || parsed.GetValue(bandwidth) is not null));
        });
        return command;

        Dictionary<string, string> Changes(ParseResult parsed) =>
            new[] { ("VGPU_TIME_CLOCK", clock), ("VGPU_TIME_DRAM", bandwidth), ("VGPU_TIME_LAUNCH", launch) }
                .Where(c => parsed.GetValue(c.Item2) is not null)
                .ToDictionary(c => c.Item1, c => parsed.GetValue(c.Item2)!.Value.ToString(CultureInfo.InvariantCulture));
    }

    private static int[] Numbers(string list) =>
    [
        .. list.Split(',', StringSplitOptions.TrimEntries).Select(
            word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1
                ? number
                : throw new OptionsException($"--ranks is '{list}'; allowed are numbers from 2 on, such as 2,4,8")),
    ];

    private static int Sum(Screen screen, string card, ForecastStep step, double? launch, bool changed)
    {
        if (changed) return SumOfTables.Refuse(screen, "--clock and --bandwidth are for the model; tables have those of the card");
        return step.NotInTables is { } reason ? SumOfTables.Refuse(screen, reason) : step.Tables().Write(screen, card, launch);
    }

    private static int Model(Screen screen, TimeModel model, ForecastStep described)
    {
        var build = described.Open();
        using var gpu = MIOpenBackend.Create(0, described.Options.Deterministic);
        FormOption.Apply(described.Form, gpu);
        using var step = build(gpu);
        // The first step prepares, and models what the second only repeats.
        using (var progress = new Timer(_ => screen.Error.WriteLine($"modelled {model.Launches} launches"), null, BetweenLines,
            BetweenLines)) step.Run();
        var before = new Dictionary<string, KernelUse>(gpu.KernelUses);
        var kernels = model.Record(step.Run);
        var bytes = gpu.KernelUses.ToDictionary(u => u.Key, u => u.Value.Bytes - before.GetValueOrDefault(u.Key).Bytes);
        screen.Output.WriteLine(described.Text);
        ForecastTable.Write(screen.Output, model, kernels, bytes, described.Options.BatchSize);
        return ExitCode.Done;
    }
}

using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Training;
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
    private const string Shared = "shared";
    private const string Textbook = "textbook";
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(20);

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        The step runs on the virtual gfx803 (native/virtual-gpu), which counts instructions, caches and conflicts of sampled work-groups and
        makes microseconds of them. Its results mean nothing, nothing is learnt. The data set gives the size of the images only.
        floor is what the step's bytes take at the card's nominal bandwidth. The textbook form computes the same supernet operation by
        operation, every convolution by MIOpen, as a framework does.

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
        var form = OptionNames.OneOf("--form", "How a search's cells are computed.", Shared, Textbook);
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
                RankForecast.Write(
                    screen.Output, SearchOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), own), Numbers(list));
                return ExitCode.Done;
            }

            List<KeyValuePair<string, string>> typed = [.. fields.Typed(parsed).Where(o => o.Key != "backend"), new("backend", "hip")];
            var textbook = parsed.GetValue(form) == Textbook;
            var step = TrainCommand.Network(parsed.GetValue(genotype), parsed.GetValue(arch)) is { } network
                ? textbook
                    ? throw new OptionsException("--form textbook is of a search; leave it out, or --genotype and --arch")
                    : Training(
                        parsed.GetValue(genotype) ?? parsed.GetValue(arch)!, TrainOptions.Table.Resolve(
                            parsed.GetValue(preset), parsed.GetValue(config), [.. typed, new("network", network)]))
                : Search(SearchOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), typed), textbook);
            // Names of data sets and genotypes are no paths.
            var paths = new[] { step.Data, parsed.GetValue(config), parsed.GetValue(genotype) }.OfType<string>().Where(Path.Exists);
            return VirtualCard.Run(screen, parsed, device, Changes(parsed), paths, model => Model(screen, model, step));
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

    /// <summary>A step that can be built.</summary>
    /// <param name="Text">What it is, for people.</param>
    /// <param name="Images">Images in its batch.</param>
    /// <param name="Deterministic">Whether its sums have an order.</param>
    /// <param name="Textbook">Whether libraries compute all convolutions.</param>
    /// <param name="Data">Its data set, a name or a folder.</param>
    /// <param name="Open">Opens its data, and returns what builds it.</param>
    private sealed record Step(
        string Text, int Images, bool Deterministic, bool Textbook, string Data, Func<Func<MIOpenBackend, IBlankStep>> Open);

    private static Step Search(SearchOptions options, bool textbook)
    {
        BlankSearchStep.RequireSteps(options);
        var stages = options.Skeleton == Skeleton.NasBench201;
        if (textbook && stages) throw new OptionsException("--form textbook has no cells of nas-bench-201; leave one of the two out");
        return new Step(
            $"a step of {options.Algorithm} with {Size(options)} and batch {options.BatchSize}"
            + (textbook ? ", in textbook form" : ""),
            options.BatchSize, options.Deterministic, textbook, options.Data,
            () =>
            {
                var images = BlankSearchStep.Images(options);
                return gpu => new BlankSearchStep(options, images, gpu, textbook ? CellForm.Textbook : CellForm.Shared);
            });
    }

    private static Step Training(string name, TrainOptions options) => new(
        $"a step of training {name} with " + (NetworkDescription.Baselines.Contains(name) ? "" : $"{Size(options)} and ")
        + $"batch {options.BatchSize}",
        options.BatchSize, options.Deterministic, Textbook: false, options.Data,
        () =>
        {
            var data = EvaluationTraining.Open(options);
            return gpu => new BlankTrainingStep(options, data, gpu);
        });

    private static string Size(RunOptions options) =>
        $"{options.InitChannels} channels, "
        + (options.Skeleton == Skeleton.NasBench201 ? $"{options.CellsPerStage} cells a stage" : $"{options.Layers} cells");

    private static int Model(Screen screen, TimeModel model, Step described)
    {
        var build = described.Open();
        using var gpu = MIOpenBackend.Create(0, described.Deterministic, described.Textbook);
        using var step = build(gpu);
        // The first step prepares, and models what the second only repeats.
        using (var progress = new Timer(_ => screen.Error.WriteLine($"modelled {model.Launches} launches"), null, BetweenLines,
            BetweenLines)) step.Run();
        var before = new Dictionary<string, KernelUse>(gpu.KernelUses);
        var kernels = model.Record(step.Run);
        var bytes = gpu.KernelUses.ToDictionary(u => u.Key, u => u.Value.Bytes - before.GetValueOrDefault(u.Key).Bytes);
        screen.Output.WriteLine(described.Text);
        ForecastTable.Write(screen.Output, model, kernels, bytes, described.Images);
        return ExitCode.Done;
    }
}

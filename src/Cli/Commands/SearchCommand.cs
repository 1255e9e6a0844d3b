using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts search</c>: every option of a search, a preset, a file, a run to go on with.</summary>
internal static class SearchCommand
{
    public const string Name = "search";
    private const string Paper = "darts";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $$"""
        [..] is the value in the preset {{Paper}}, the paper's; the other presets differ from it in
        {{string.Join("\n", SearchPresets.Names.Where(name => name != Paper).Select(Differences))}}

        Algorithms, each with its paper's settings unless --preset gives a size:
        {{string.Join("\n", SearchAlgorithm.All.Select(Described))}}

        A configuration file has the same options with _ for -, and preset:  {"preset": "{{Paper}}", "epochs": 20}

        {{MoreEpochs.Help}}

        Examples:
          miopendarts search
          miopendarts search --preset darts --data cifar-10-batches-bin --out runs/cifar
          miopendarts search --algorithm pc-darts --preset demo
          miopendarts search --resume runs/cifar
          miopendarts search --seeds 0..3 --jobs 2 --retrain 10 --out runs/seeds
          mpirun --bind-to none -n 4 miopendarts search --seeds 0..15 --out runs/seeds

        {{ExitCode.Legend}}
        """;

    public static Command Create(Screen screen)
    {
        var preset = new Option<string?>("--preset")
        {
            HelpName = string.Join('|', SearchPresets.Names),
            Description = $"Settings to start from ({SearchPresets.Default} by default, or {Paper} with --algorithm).",
        };
        var config = OptionNames.Path("--config", "FILE", "Options from a .json or .yaml file; the command line wins over it.");
        var resume = OptionNames.Path(
            "--resume", "FOLDER", "Go on with a run that was stopped or killed, or give a finished one more --epochs.");
        var output = OptionNames.Path("--out", "FOLDER", "Folder for the run (default: runs/ and the time).");
        var board = OptionNames.TensorBoard();
        var seeds = OptionNames.Path(
            "--seeds", "LIST", "Search with several seeds, such as 0..3 or 0,1,5, into one folder with one report.");
        var jobs = OptionNames.Number(
            "--jobs", "With --seeds: how many run side by side, each with its share of the threads, GPUs in turn [1].", 1, 1024);
        var retrain = OptionNames.Number(
            "--retrain", "With --seeds: epochs for which every found cell, and a random one of its size, is trained [0].", 1, 100_000);
        var join = new Option<bool>("--join")
        {
            Description = "With --seeds and --out: the folder may hold the study of other processes, whose seeds these are added to.",
        };
        var gather = OptionNames.Path(
            "--gather", "FOLDER", "Build the report of a study from the seeds that are done, and do no more.");
        var command = new Command(
            Name, "Search for an architecture; without options on the embedded images, in under two minutes on two cores.")
        {
            preset, config, resume, output, board, seeds, jobs, retrain, join, gather,
        };
        var fields = new FieldOptions(SearchOptions.Table.All.Select(f => ((OptionDefinition)f, f.Show(SearchPresets.Get(Paper)))));
        fields.AddTo(command);
        command.SetAction(parsed =>
        {
            var typed = fields.Typed(parsed).ToList();
            if (parsed.GetValue(gather) is { } gathered)
                // The command, the option and the folder.
                return parsed.Tokens.Count == 3
                    ? SeedsRun.Gather(screen, gathered)
                    : throw new OptionsException("--gather does nothing but build a report; leave the other options out");
            if (parsed.GetValue(join) && parsed.GetValue(seeds) is null)
                throw new OptionsException("--join is for several processes that share a study; add --seeds and --out");
            using var ranks = Ranks.Join(Failures.ReportedOfRank);
            if (parsed.GetValue(seeds) is not null || (parsed.GetValue(resume) is { } study && SeedFolder.IsAt(study)))
            {
                if (parsed.GetValue(board)) throw new OptionsException("--tensorboard does not go with several seeds; leave it out");
                SeedsRun Begin()
                {
                    if (parsed.GetValue(resume) is { } begun)
                        return SeedsRun.Resume(
                            screen, begun, typed, FieldOptions.Given(parsed, preset, config, output, seeds), parsed.GetValue(jobs),
                            parsed.GetValue(retrain));
                    ranks?.RequireSeeds(SeedList.Parse(parsed.GetValue(seeds)!).Count);
                    return SeedsRun.Start(
                        screen, parsed.GetValue(seeds)!, parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(output),
                        parsed.GetValue(jobs), parsed.GetValue(retrain), parsed.GetValue(join));
                }

                if (ranks is not null)
                    return SeedRanks.ToEnd(ranks, screen, OptionNames.Line(parsed), Begin, path => SeedsRun.Resume(
                        screen, path, typed, given: null, parsed.GetValue(jobs), retrain: null, ranks.LocalRank));
                using var several = Begin();
                several.Work();
                return several.End();
            }

            SearchRun One()
            {
                if ((parsed.GetValue(jobs) ?? parsed.GetValue(retrain)) is not null)
                    throw new OptionsException("--jobs and --retrain are for several seeds; add --seeds, such as --seeds 0..3");
                return parsed.GetValue(resume) is { } folder
                    ? SearchRun.Resume(screen, folder, typed, FieldOptions.Given(parsed, preset, config, output), parsed.GetValue(board))
                    : SearchRun.Start(
                        screen, parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(output), parsed.GetValue(board),
                        ranks);
            }

            if (ranks is not null) return RankRun.ToEnd(ranks, screen, OptionNames.Line(parsed), One, SearchRun.Follow);
            using var run = One();
            return run.ToEnd();
        });
        return command;
    }

    private static string Differences(string preset) => $"  {preset,-6} {Differing(SearchPresets.Get(preset))}";

    private static string Described(SearchAlgorithm algorithm) =>
        $"  {algorithm.Name,-10} {algorithm.Summary}"
        + (Differing(algorithm.Paper) is { Length: > 0 } settings ? $":\n             {settings}" : "");

    private static string Differing(SearchOptions options)
    {
        var paper = SearchPresets.Get(Paper);
        var differing = SearchOptions.Table.All.Where(field => field.Name != "algorithm" && field.Show(paper) != field.Show(options));
        return string.Join(", ", differing.Select(field => $"{field.Name} {field.Show(options)}"));
    }
}

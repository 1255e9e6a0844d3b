using System.Globalization;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A front by differentiable searches: a study of several seeds for each weight or limit of the cost.</summary>
internal static class Sweeping
{
    /// <summary>Searches with all values, or goes on where that was stopped; gathers what was found.</summary>
    public static FrontWork Open(
        Screen screen, string folder, string option, List<string> values, string seeds, string? preset, string? config,
        List<KeyValuePair<string, string>> typed, int? jobs, int? retrain, Ranks? ranks, bool gathers)
    {
        if (typed.Exists(other => other.Key == option))
            throw new OptionsException($"--{option.Replace('_', '-')} does not go with a list of them; leave it out");
        var options = SearchOptions.Table.Resolve(preset, config, typed);
        ParetoCommand.RequireCost(options.Cost);
        var wanted = SeedList.Parse(seeds);
        var data = SearchImages.Open(options);
        var (train, _) = SearchImages.Split(data, options);
        var costs = TargetCosts.Of(options, DartsSearch.ShapeOf(train, options))!;
        var sweep = values.Select(value => (Name: $"{option}-{value}", Value: value, Options: OptionsOf(value))).ToList();
        // A value that is not allowed is told before hours of searches with those before it.
        foreach (var each in sweep.Where(each => each.Options.Target > 0)) LimitedDerivation.Require(costs, each.Options.Target);
        var localRank = ranks?.LocalRank ?? 0;
        var judging = retrain is null
            ? new SweepJudging(screen, folder, options, data, costs, jobs ?? 1, localRank, gathers)
            : null;
        var searches = new SweptSearches(wanted, data, costs, line => Failures.Report(screen.Error, line, ExitCode.Done));
        // A study that is no use in the end is refused before hours of searches with other values. Of several ranks the first comes here
        // before any works.
        if (!gathers && ranks is not { IsFirst: false })
            foreach (var each in sweep)
                searches.RequireUsable(Path.Combine(folder, each.Name), SeedsRun.PlanOf(wanted, retrain, each.Options));
        return new FrontWork(gathers ? _ => { } : Work, Gather) { IsWhole = IsWhole };

        void Work(StopSignals signals)
        {
            Directory.CreateDirectory(folder);
            foreach (var (name, value, own) in sweep)
            {
                screen.Output.WriteLine($"{option} {value}");
                // To join refuses a study with other options, and goes on with one that was stopped.
                using var study = SeedsRun.Start(
                    screen, seeds, preset, config, With(value), Path.Combine(folder, name), jobs, retrain, join: true,
                    localRank, new SweptBaseline(name, own, costs).Beside, $"the same command with --out {folder}", signals);
                study.Work();
                // Other ranks are still at their seeds of it.
                if (ranks is null) study.End();
                else study.RequireWorked();
            }

            foreach (var each in sweep) searches.RequireImages(Path.Combine(folder, each.Name));
            judging?.Train(wanted, signals);
        }

        bool IsWhole() => sweep.All(each => searches.AreDone(Path.Combine(folder, each.Name)))
            && (judging is null || wanted.All(judging.IsTrained));

        // Other processes may have ended searches with earlier values meanwhile.
        ParetoStudy Gather(StopSignals signals)
        {
            var pairs = sweep.SelectMany(
                each => searches.Read(Path.Combine(folder, each.Name), new SweptBaseline(each.Name, each.Options, costs), gathers))
                .ToList();
            if (gathers) pairs.RemoveAll(pair => judging is null ? pair.Trained is null : !judging.IsJudged(pair));
            if (pairs.Count == 0)
                throw new RunFolderException(
                    $"{folder}: nothing of this sweep is done that could be gathered; give the same command without --gather");
            var judged = (judging is null
                ? pairs.Select(pair => (Pair: pair, pair.Trained!.Value.Found, pair.Trained.Value.Random))
                : pairs.GroupBy(pair => pair.Seed).SelectMany(seed => Judged(seed, signals))).Select(PrintPair).ToList();
            // The baseline stands last.
            return new ParetoStudy(
                $"{data.Name}: {costs.Model.Name} by {option}", costs.Model.Name, costs.Model.Unit, ErrorOf(options, retrain),
                (costs.Most, 100),
                [.. judged.Select(one => Found(one.Pair, one.Found)), .. judged.Select(one => Random(one.Pair, one.Random))])
            {
                Seeds = wanted,
                Baseline = SweptBaseline.Sentence,
            };
        }

        List<KeyValuePair<string, string>> With(string value) => [.. typed, new(option, value)];

        SearchOptions OptionsOf(string value) => SearchOptions.Table.Resolve(preset, config, With(value));

        IEnumerable<(SweptPair Pair, double Found, double Random)> Judged(IGrouping<ulong, SweptPair> seed, StopSignals signals)
        {
            var error = judging!.Errors(seed.Key, seed.SelectMany(pair => new[] { pair.Found, pair.Random }), signals);
            return seed.Select(pair => (pair, error(pair.Found), error(pair.Random)));
        }

        (SweptPair Pair, double Found, double Random) PrintPair((SweptPair Pair, double Found, double Random) one)
        {
            screen.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"seed {one.Pair.Seed}: {one.Found:F2} % wrong; a random cell, {one.Pair.Drawn}, costs "
                + $"{costs.Model.Show(costs.Of(one.Pair.Random))}: {one.Random:F2} % wrong"));
            return one;
        }

        ParetoPoint Found(SweptPair pair, double error) =>
            new($"{option} sweep", pair.Seed, pair.Found.ToString(), costs.Of(pair.Found), error);

        ParetoPoint Random(SweptPair pair, double error) =>
            new(ParetoStudy.Random, pair.Seed, pair.Random.ToString(), costs.Of(pair.Random), error) { Drawn = pair.Drawn };
    }

    // The cost is of the network that is to be built, the error of a smaller one.
    private static string ErrorOf(SearchOptions options, int? retrain)
    {
        if (retrain is not { } epochs) return SweepJudging.ErrorOf(options);
        var trained = new SeedPlan([], epochs, options).TrainingOf(options.Seed, "");
        return $"test error of the cells, trained in a network of {options.CellsInWords} and {trained.InitChannels} channels";
    }
}

using System.Globalization;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Genotypes;
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
        List<KeyValuePair<string, string>> typed, int? jobs, int? retrain, Ranks? ranks)
    {
        if (typed.Exists(other => other.Key == option))
            throw new OptionsException($"--{option.Replace('_', '-')} does not go with a list of them; leave it out");
        var options = SearchOptions.Table.Resolve(preset, config, typed);
        ParetoCommand.RequireCost(options.Cost);
        if (retrain is null && !SearchAlgorithm.From(options).Trains)
            throw new OptionsException(
                $"algorithm {options.Algorithm} trains nothing, so without --retrain there is no error; give --retrain, "
                + "or another --algorithm");
        var wanted = SeedList.Parse(seeds);
        var data = SearchImages.Open(options);
        var (train, _) = SearchImages.Split(data, options);
        var costs = TargetCosts.Of(options, DartsSearch.ShapeOf(train, options))!;
        // A value that is not allowed is told before hours of searches with those before it.
        foreach (var each in values.Select(value => SearchOptions.Table.Resolve(preset, config, With(value))).Where(o => o.Target > 0))
            LimitedDerivation.Require(costs, each.Target);
        return new FrontWork(Work, Gather);

        void Work()
        {
            Directory.CreateDirectory(folder);
            foreach (var value in values)
            {
                screen.Output.WriteLine($"{option} {value}");
                // To join refuses a study with other options, and goes on with one that was stopped.
                using var study = SeedsRun.Start(
                    screen, seeds, preset, config, With(value), PathOf(value), jobs, retrain, join: true, ranks?.LocalRank ?? 0);
                // A search alone has the error of a mixture, beside which no random genotype can stand.
                if (retrain is null)
                    study.Afterwards = (done, seed, backend, stop) => Told(new SweptSearch(done, seed, data, costs).Judge(backend, stop));
                study.Work();
                // Other ranks are still at their seeds of it.
                if (ranks is null) study.End();
                else study.RequireWorked();
            }
        }

        ParetoStudy Gather()
        {
            var points = values.SelectMany(value => Read(screen, PathOf(value), data, costs, $"{option} sweep"))
                .Where(point => wanted.Contains(point.Seed)).ToList();
            if (points.Count == 0)
                throw new RunFolderException(
                    $"{folder}: none of these searches is done, other processes work on them; give the same command when they are");
            // The baseline stands last.
            return new ParetoStudy(
                $"{data.Name}: {costs.Model.Name} by {option}", costs.Model.Name, costs.Model.Unit,
                ErrorOf(options, retrain), (costs.Most, 100), [.. points.OrderBy(point => point.Method == ParetoStudy.Random)]);
        }

        string PathOf(string value) => Path.Combine(folder, $"{option}-{value}");

        List<KeyValuePair<string, string>> With(string value) => [.. typed, new(option, value)];
    }

    // The cost is of the network that is to be built, the error of a smaller one.
    private static string ErrorOf(SearchOptions options, int? retrain)
    {
        if (retrain is not { } epochs)
            return $"validation error by the weights of each search's supernet of {options.CellsInWords} and "
                + $"{options.InitChannels} channels";
        var trained = new SeedPlan([], epochs, options).TrainingOf(options.Seed, "");
        return $"test error of the cells, trained in a network of {options.CellsInWords} and {trained.InitChannels} channels";
    }

    private static string Told(InheritedPair pair) => string.Create(
        CultureInfo.InvariantCulture,
        $"by inherited weights the found cell is {pair.Found.Error:F2} % wrong, a random one of its cost {pair.Random.Error:F2} %");

    private static IEnumerable<ParetoPoint> Read(Screen screen, string path, ImageData data, ArchitectureCosts costs, string method)
    {
        var folder = SeedFolder.Open(path);
        foreach (var result in SeedReader.ReadDone(folder, data, line => Failures.Report(screen.Error, line, ExitCode.Done)))
        {
            if (result is { Found: { } found, Random: { } random })
            {
                yield return Point(method, found.Genotype.ToString(), 100 - found.Accuracy);
                yield return Point(ParetoStudy.Random, random.Genotype.ToString(), 100 - random.Accuracy);
            }
            else if (new SweptSearch(folder, result.Seed, data, costs).Read() is { } judged)
            {
                yield return Point(method, judged.Found.Genotype, judged.Found.Error) with { Mixture = 100 - result.ValidAccuracy };
                yield return Point(ParetoStudy.Random, judged.Random.Genotype, judged.Random.Error);
            }

            ParetoPoint Point(string by, string genotype, double error) =>
                new(by, result.Seed, genotype, costs.Of(Genotype.Parse(genotype)), error);
        }
    }
}

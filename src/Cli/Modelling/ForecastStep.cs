using MIOpenDarts.Cli.Commands;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Steps;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends.MIOpen;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>A step that <c>forecast</c> builds on a modelled card, or sums up from tables.</summary>
/// <param name="Text">What it is, for people.</param>
/// <param name="Options">Of the search or the training.</param>
/// <param name="Form">How a search's cells are computed.</param>
/// <param name="Open">Opens its data, and returns what builds it.</param>
/// <param name="NotInTables">Why no table has its like; null where one may.</param>
/// <param name="Tables">Opens its data, and returns it as a sum of tables.</param>
internal sealed record ForecastStep(
    string Text, RunOptions Options, CellForm Form, Func<Func<MIOpenBackend, IBlankStep>> Open, string? NotInTables,
    Func<SumOfTables> Tables)
{
    // What a search passes through its network forward and backward in a step, weights and alphas: of second order, the alphas twice with
    // and twice without the gradients of weights. A table has one pass with them.
    private const int FirstOrderPasses = 2, SecondOrderPasses = 5;

    // The standard step by the model, 254.8 ms, beside the sum by the tables, 669.4 ms; and of batches of 32 and 96. A nightly test holds
    // them.
    private const double ShareOfStandardStep = 0.38, ShareOfThirtyTwo = 0.30, ShareOfNinetySix = 0.43;

    /// <summary>A step of a search, of weights and of alphas.</summary>
    /// <exception cref="OptionsException">The method takes none, or not in this form.</exception>
    public static ForecastStep OfSearch(SearchOptions options, CellForm form)
    {
        BlankSearchStep.RequireSteps(options);
        if (form == CellForm.Textbook && options.Skeleton == Skeleton.NasBench201)
            throw new OptionsException($"{FormOption.Name} {FormOption.Textbook} has no cells of nas-bench-201; leave one of the two out");
        var text = $"a step of {options.Algorithm} with {Size(options)} and batch {options.BatchSize}"
            + (form == CellForm.Textbook ? ", in textbook form" : "");
        return new ForecastStep(text, options, form, Open, WhyNotInTables(options, form), Sum);

        Func<MIOpenBackend, IBlankStep> Open()
        {
            var images = BlankSearchStep.Images(options);
            return gpu => new BlankSearchStep(options, images, gpu, form);
        }

        SumOfTables Sum()
        {
            var shape = DartsSearch.ShapeOf(BlankSearchStep.Images(options), options);
            var parts = options.Skeleton == Skeleton.NasBench201
                ? SupernetParts.From(new NasBench201Shape(
                    new ImageTask(shape.ImageChannels, shape.Height, shape.Width, shape.Classes), options.InitChannels,
                    options.CellsPerStage))
                : SupernetParts.From(shape, SearchAlgorithm.From(options).Candidates(options));
            return new SumOfTables(
                text, options.BatchSize, [.. parts], options.Unrolled ? SecondOrderPasses : FirstOrderPasses,
                "weights of mixtures with their gradients, norms of pools, optimisers, and that a supernet computes operations together, "
                + $"by which the standard step takes {ShareOfStandardStep:F2} of such a sum in the model "
                + $"({ShareOfThirtyTwo:F2} at batch 32, {ShareOfNinetySix:F2} at 96)")
            {
                IsOfSupernet = true,
                Share = IsStandardStep(options) ? ShareOfStandardStep : null,
            };
        }
    }

    /// <summary>A step of a training.</summary>
    /// <param name="name">As the network was typed.</param>
    /// <param name="options">Checked options, with the network.</param>
    public static ForecastStep OfTraining(string name, TrainOptions options)
    {
        var text = $"a step of training {name} with "
            + (NetworkDescription.Baselines.Contains(name) ? "" : $"{Size(options)} and ") + $"batch {options.BatchSize}";
        var whyNot = NetworkDescription.Baselines.Contains(name) ? $"no table has the operations of {name}" : null;
        return new ForecastStep(text, options, CellForm.Shared, Open, whyNot, Sum);

        Func<MIOpenBackend, IBlankStep> Open()
        {
            var data = EvaluationTraining.Open(options);
            return gpu => new BlankTrainingStep(options, data, gpu);
        }

        SumOfTables Sum()
        {
            var network = EvaluationTraining.Describe(EvaluationTraining.Open(options), options);
            var parts = ITargetNetwork.From(network)!.Parts(GenotypeReader.Resolve(network.Network));
            return new SumOfTables(
                text, options.BatchSize, [.. parts], Passes: 1, $"{(network.Auxiliary ? "the auxiliary head, " : "")}loss and optimiser");
        }
    }

    // How much less than the sum it takes depends on batch, space, widths, cells and order.
    private static bool IsStandardStep(SearchOptions options)
    {
        var standard = new SearchOptions();
        return !options.Unrolled && options.BatchSize == standard.BatchSize
            && options.Skeleton == standard.Skeleton && options.Space == standard.Space && options.InitChannels == standard.InitChannels
            && options.Layers == standard.Layers && options.Nodes == standard.Nodes && options.BatchNorm == standard.BatchNorm;
    }

    private static string? WhyNotInTables(SearchOptions options, CellForm form)
    {
        var algorithm = SearchAlgorithm.From(options);
        if (form == CellForm.Textbook) return "no table has the textbook form";
        if (options.DropPath > 0) return "no table has the textbook form, in which operations are dropped";
        if (algorithm.Relax<float>(options, CellSpace.Named(options.Space).Topology.Edges, kind: 0).IsSampled)
            return $"no table has the steps of {algorithm.Name}, which draws operations";
        return algorithm.Space(options, stage: 0).PartialChannels > 1
            ? $"no table has operations on a part of the channels, as {algorithm.Name} computes them"
            : null;
    }

    private static string Size(RunOptions options) => $"{options.InitChannels} channels, {options.CellsInWords}";
}

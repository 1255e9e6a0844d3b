using CsCheck;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Tests.Genotypes;

/// <summary>What a search ends with is a genotype that everything behind it takes, whatever the alphas are.</summary>
public sealed class DerivedGenotypeTests
{
    private static readonly (SearchAlgorithm Algorithm, string Rule)[] Forms =
    [
        .. SearchAlgorithm.All.Where(algorithm => algorithm.Trains && algorithm is not FairDartsAlgorithm)
            .Select(algorithm => (algorithm, "")),
        .. FairDartsOptions.Rules.Select(rule => ((SearchAlgorithm)new FairDartsAlgorithm(), rule)),
    ];

    private static readonly Gen<(int Form, int Nodes, int Multiplier, double Threshold, double Scale, uint Seed)> Cases =
        from form in Gen.Int[0, Forms.Length - 1]
        from nodes in Gen.Int[1, 6]
        from multiplier in Gen.Int[1, nodes]
        from threshold in Gen.Double[0, 1]
        from scale in Gen.OneOf(Gen.Const(0.0), Gen.Const(0.5), Gen.Const(1.0))
        from seed in Gen.UInt
        select (form, nodes, multiplier, threshold, scale, seed);

    [Fact]
    public void Every_genotype_that_a_method_derives_is_written_read_built_and_drawn() => Cases.Holds(
        item =>
        {
            var (algorithm, rule) = Forms[item.Form];
            var own = new FairDartsOptions
            { Threshold = item.Threshold, GenotypeRule = rule.Length == 0 ? FairDartsOptions.Rules[0] : rule };
            var options = (algorithm.Paper with { Nodes = item.Nodes, Multiplier = item.Multiplier }).With(own);
            var (normal, reduce) = (Scores(item, algorithm, 0), Scores(item, algorithm, 1));
            var genotype = algorithm.Derive([normal, reduce], options);
            Assert.Equal(genotype, Genotype.Parse(genotype.ToString()));
            Assert.Equal(genotype, Genotype.Parse(GenotypeJsonConverter.Format(genotype)));
            Assert.Equal(options.Multiplier, genotype.Normal.Concat.Count);
            foreach (var (cell, reduction) in new[] { (genotype.Normal, false), (genotype.Reduce, true) })
            {
                var built = DiscreteCell.From(cell, reduction);
                var drawn = CellGraph.From(cell);
                Assert.Equal(built.Concat, drawn.Concat);
                Assert.Equal(built.Nodes.Sum(node => node.Edges.Length), drawn.Edges.Count);
                Assert.Contains("digraph", CellDot.Write(drawn, "cell"));
            }

            var notes = algorithm.Notes([normal, reduce], options);
            Assert.Equal(own.GenotypeRule != "darts" && (Wants(normal, genotype.Normal) || Wants(reduce, genotype.Reduce)),
                notes.Count > 0);

            // A cell that is not what the threshold says, or that a network leaves nodes out of, has a note.
            bool Wants(float[] strengths, GenotypeCell cell) =>
                ThresholdDerivation.DeriveCell<float>(
                    strengths, algorithm.Candidates(options), own.Threshold, rule == "threshold_edge"
                        ? ThresholdMode.Edge
                        : ThresholdMode.Sparse, options.Multiplier).TookStrongest
                || cell.Carries.Contains(false);
        },
        2000);

    [Theory]
    [InlineData("threshold_sparse")]
    [InlineData("threshold_edge")]
    public void Fair_darts_says_which_cell_no_operation_reached_the_threshold_in(string rule)
    {
        var fair = new FairDartsAlgorithm();
        var options = (fair.Paper with { Nodes = 2, Multiplier = 2 }).With(new FairDartsOptions { GenotypeRule = rule });
        var weak = Enumerable.Repeat(0.5f, 5 * 7).ToArray();
        float[] strong = [.. weak];
        strong[3] = 0.9f;
        var note = Assert.Single(fair.Notes([weak, [.. strong.Select(_ => 0.9f)]], options));
        Assert.StartsWith(
            "no operation of the normal cell reached the threshold 0.85 (the largest weight is 0.500); the two strongest edges of each " +
            "node were taken", note);
        Assert.Equal("nothing over the threshold 0.85 leads to node 1 of the reduction cell (from 0); a network leaves it out",
            Assert.Single(fair.Notes([[.. strong.Select(_ => 0.9f)], strong], options)));
        Assert.Empty(fair.Notes([weak, weak], options.With(new FairDartsOptions { GenotypeRule = "darts" })));
        Assert.All(fair.Derive([weak, weak], options).Normal.Nodes, node => Assert.Equal(2, node.Count));
    }

    [Fact]
    public void A_cell_without_an_output_is_refused_by_the_same_words_in_every_form_and_by_the_network()
    {
        const string words =
            "the reduction cell has no edge that leads to its output reduce_concat=range(2, 4); it needs at least one edge";
        const string good = "normal=[('skip_connect', 2, 0)], normal_concat=range(2, 4)";
        string[] texts =
        [
            $"Genotype({good}, reduce=[], reduce_concat=range(2, 4))",
            $"Genotype({good}, reduce=[[], []], reduce_concat=range(2, 4))",
            $"Genotype({good}, reduce=[('skip_connect', 3, 2)], reduce_concat=range(2, 4))",
            """{"normal": [["skip_connect", 0], ["skip_connect", 1]], "normal_concat": [2], "reduce": [], "reduce_concat": [2, 3]}""",
            """{"normal": {"nodes": [[{"op": "skip_connect", "source": 0}]], "concat": [2]}, "reduce": {"nodes": [[], []], "concat": [2, 3]}}""",
        ];
        foreach (var text in texts)
            Assert.Contains(words, Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(text)).Message, StringComparison.Ordinal);
        var cell = new GenotypeCell([[new(Primitives.SkipConnect, 0)], []], GenotypeConcat.Range(2, 4));
        var empty = new Genotype(cell, new GenotypeCell([[], []], GenotypeConcat.Range(2, 4)));
        using var backend = new Layers.Backends.Reference.ReferenceBackend<float>();
        var shape = new EvaluationShape(new ImageTask(3, 8, 8, 2), 4, 3, Auxiliary: false);
        Assert.Contains(words, Assert.Throws<GenotypeFormatException>(() => new EvaluationNetwork<float>(backend, shape, empty)).Message,
            StringComparison.Ordinal);
    }

    private static float[] Scores((int Form, int Nodes, int Multiplier, double Threshold, double Scale, uint Seed) item,
        SearchAlgorithm algorithm, int kind)
    {
        var random = new Layers.Randomness.CounterRandom(item.Seed, Layers.Randomness.RandomStream.Architecture, kind, 0);
        var values = new float[(item.Nodes + 3) * item.Nodes / 2 * algorithm.Candidates(algorithm.Paper).Count];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(item.Scale * random.NextSingle());
        return values;
    }
}

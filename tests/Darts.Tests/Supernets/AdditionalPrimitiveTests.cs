using System.Xml.Linq;
using MIOpenDarts.Additional;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Algorithms;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Darts.Tests.Training;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>
/// A primitive that only a test defines (<see cref="SqueezeConv"/>) goes the whole way, from a supernet to an exported network.
/// </summary>
public class AdditionalPrimitiveTests
{
    private static readonly SupernetShape Shape = new(3, 9, 8, 3, 4, 3, 3, 2);

    public static TheoryData<string> Methods() => [.. SearchAlgorithm.Names];

    public static TheoryData<string, int> Trained() => FamilyFormTests.Methods();

    [Theory]
    [MemberData(nameof(Trained))]
    public void The_shared_form_is_the_textbook_form(string method, int partialChannels)
    {
        using var backend = new ReferenceBackend<double>();
        using var textbook = Small(backend, method, partialChannels, CellForm.Textbook);
        using var shared = Small(backend, method, partialChannels, CellForm.Shared);
        Assert.Contains(shared.Net.Parameters.Parameters, p => p.Name.EndsWith("squeeze.op.1.weight", StringComparison.Ordinal));
        // Twice, because the second pass finds what the first left behind.
        for (var i = 0; i < 2; i++)
            SharedFormTests.AssertClose(textbook.Outcome(FamilyFormTests.Training), shared.Outcome(FamilyFormTests.Training), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void The_shared_form_on_Cpu_is_the_textbook_on_Reference(string method, int partialChannels)
    {
        using var reference = new ReferenceBackend<double>();
        var seed = SmallSupernet<double>.SeedFarFromKinks(
            (b, s) => Small(b, method, partialChannels, CellForm.Shared, s), FamilyFormTests.Training);
        using var textbook = Small(reference, method, partialChannels, CellForm.Textbook, seed);
        var expected = textbook.Outcome(FamilyFormTests.Training);
        foreach (var width in new[] { 4, 8, 16 }.Where(w => w <= CpuBackend.PreferredWidth))
        {
            using var cpu = CpuBackend.Create(2, width);
            using var shared = Small(cpu, method, partialChannels, CellForm.Shared, seed);
            SharedFormTests.AssertClose(expected, shared.Outcome(FamilyFormTests.Training), 5e-3);
        }
    }

    [Fact]
    public void A_training_pass_allocates_nothing()
    {
        using var backend = CpuBackend.Create(2);
        using var small = Small(backend, "darts", 1, CellForm.Shared);
        for (var i = 0; i < 6; i++) small.Net.Evaluate(small.Batch, FamilyFormTests.Training);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 4; i++) small.Net.Evaluate(small.Batch, FamilyFormTests.Training);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_method_searches_with_it_and_tells_of_it(string method)
    {
        var options = FamilySearchTests.Options(method) with { Space = SqueezeConv.Space.Name };
        var (train, valid) = SmallSearch.Images();
        var events = new List<RunEvent>();
        using var backend = CpuBackend.Create(2);
        var result = DartsSearch.Run(train, valid, options, backend, new Collected(events));
        var algorithm = SearchAlgorithm.From(options);
        if (!algorithm.Trains)
        {
            // Of enough seeds one draws it.
            var drawn = Enumerable.Range(0, 20).SelectMany(seed => algorithm.Draw(options with { Seed = (ulong)seed }, null).Normal.Edges);
            Assert.Contains(drawn, item => item.Edge.Operation == SqueezeConv.Instance);
            return;
        }

        var candidates = algorithm.Candidates(options);
        Assert.Equal(SqueezeConv.Instance, candidates[^1]);
        var epoch = result.History[^1];
        Assert.All(epoch.Normal.Weights.Concat(epoch.Reduce!.Weights), row => Assert.Equal(candidates.Count, row.Length));
        Assert.Contains(epoch.Normal.Alphas.Zip(result.History[0].Normal.Alphas), row => row.First[^1] != row.Second[^1]);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_method_derives_it(string method)
    {
        var algorithm = SearchAlgorithm.Find(method)!;
        if (!algorithm.Trains) return;
        var options = algorithm.Paper with { Space = SqueezeConv.Space.Name };
        var columns = algorithm.Candidates(options).Count;
        var scores = new float[14 * columns];
        for (var edge = 0; edge < 14; edge++) scores[(edge + 1) * columns - 1] = 0.9f;
        var genotype = algorithm.Derive([scores, scores], options);
        Assert.All(genotype.Normal.Edges.Concat(genotype.Reduce.Edges), item => Assert.Equal(SqueezeConv.Instance, item.Edge.Operation));
        Assert.Equal(genotype, Genotype.Parse(genotype.ToString()));
        Assert.Equal(genotype, Genotype.Parse(GenotypeJsonConverter.Format(genotype)));
    }

    [Fact]
    public void A_network_of_it_is_trained_evaluated_and_exported()
    {
        var text = Found.ToString();
        using var backend = CpuBackend.Create(2);
        var result = EvaluationTraining.Run(SmallTraining.Data(), SmallTraining.Options with { Network = text }, backend);
        Assert.All(result.History, epoch => Assert.True(double.IsFinite(epoch.TrainLoss)));
        var description = new NetworkDescription { Network = text, Task = new ImageTask(3, 8, 8, 2), InitChannels = 4, Layers = 3 };
        using var net = description.Build(backend);
        Assert.Contains(net.Parameters.Parameters, p => p.Name.EndsWith("expand.op.2.bias", StringComparison.Ordinal));
        net.Parameters.Initialize(1);
        Assert.True(InferenceFigures.Measure(net).MultiplyAdds > 0);
        Assert.NotEmpty(OnnxExport.Bytes(backend, net.Trace(), foldNorms: true, description));
    }

    [Fact]
    public void It_is_drawn_in_its_own_colour()
    {
        var svg = XDocument.Parse(CellDrawing.Svg(CellGraph.From(Found.Normal), "cell"));
        var operations = svg.Descendants().Where(element => (string?)element.Attribute("class") == "cell-operation").ToList();
        Assert.Contains(
            operations, element =>
                ((string?)element.Attribute("style"))!.Contains($"var(--{SqueezeConv.Instance.Colour})", StringComparison.Ordinal));
        Assert.Contains(svg.Descendants(), element => element.Value == SqueezeConv.Instance.Name);
    }

    [Fact]
    public void It_is_in_the_report_of_a_search()
    {
        var options = FamilySearchTests.Options("darts") with { Space = SqueezeConv.Space.Name };
        var (train, valid) = SmallSearch.Images();
        using var backend = CpuBackend.Create(1);
        var result = DartsSearch.Run(train, valid, options, backend);
        var started = SampleStart(SearchAlgorithm.From(options).Candidates(options), options.Epochs);
        var epochs = result.History.Select(epoch => new EpochDone(1 + epoch.Epoch, epoch));
        List<RunEvent> events = [started, .. epochs, new RunEnded(9, RunOutcome.Done)];
        var page = HtmlReport.Render(SearchHistory.From(events));
        Assert.Contains($"var(--{SqueezeConv.Instance.Colour})\"></i>{SqueezeConv.Instance.Name}", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_benchmarked_on_its_own_and_in_a_step()
    {
        using var backend = BackendChoice.Create("cpu", 1);
        var alone = Assert.Single(Catalogue.EdgesOf([SqueezeConv.Instance]));
        var g = new Geometry(2, 4, 8);
        using var prepared = alone.Prepare(backend, g);
        prepared.Forward();
        prepared.Backward();
        Assert.Equal((SqueezeConv.Instance.Name, 2.0 * 2 * 64 * (4 * 2 + 9 * 2 * 4)), (alone.Name, alone.Forward(g).Flops));
        var tiny = new StepConfiguration("tiny", new SupernetShape(3, 8, 8, 10, 4, 3), 2);
        var with = tiny with { Space = SqueezeConv.Space.Name };
        Assert.True(with.Flops(StepKind.Weights) > tiny.Flops(StepKind.Weights));
        Assert.True(new BenchmarkSuite(backend, 1).Steps(0.2, [with]).First().Flops > 0);
    }

    private static Genotype Found => Genotype.Parse(
        "Genotype(normal=[('squeeze_conv_3x3', 0), ('skip_connect', 1), ('squeeze_conv_3x3', 2), ('sep_conv_3x3', 0)], "
        + "normal_concat=range(2, 4), "
        + $"reduce=[('{SqueezeConv.Instance}', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('squeeze_conv_3x3', 1)], "
        + "reduce_concat=range(2, 4))");

    private static RunStarted SampleStart(IReadOnlyList<Primitive> candidates, int epochs) =>
        Reports.SampleRun.Start(epochs) with { Primitives = [.. candidates.Select(primitive => primitive.Name)] };

    private static SmallSupernet<T> Small<T>(Backend<T> backend, string method, int partialChannels, CellForm form, ulong seed = 1)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var algorithm = SearchAlgorithm.Find(method)!;
        var options = algorithm.Paper with { PartialChannels = partialChannels, Space = SqueezeConv.Space.Name };
        return new SmallSupernet<T>(
            backend, Shape, form, batch: 3, seed, algorithm.Space(options, 0), kind => algorithm.Relax<T>(options, Shape.Edges, kind));
    }

    private sealed class Collected(List<RunEvent> events) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => events.Add(value);
    }
}

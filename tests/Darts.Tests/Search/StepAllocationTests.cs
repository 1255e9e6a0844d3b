using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Search;

public class StepAllocationTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_search_step_allocates_nothing_after_the_first(bool unrolled, bool knowsCost)
    {
        using var backend = CpuBackend.Create(2);
        var shape = new SupernetShape(3, 12, 12, 3, 4, 3);
        using var small = new SmallSupernet<float>(backend, shape, CellForm.Shared, 4);
        var net = small.Net;
        var sgd = new Sgd<float>(backend, net.Parameters, 0.9, 3e-4);
        var architect = new Architect<float>(net, sgd, [.. net.Alphas.Select(a => new Adam<float>(a.Length, 3e-4, 0.5, 0.999, 1e-3))],
            unrolled)
        {
            Penalties = knowsCost ? [Penalty(net, shape)] : [],
        };
        for (var i = 0; i < 2; i++) Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            var pass = new Pass(Training: true);
            architect.Step(small.Batch, small.Batch, 0.01, pass);
            net.Evaluate(small.Batch, pass);
            sgd.Clip(5);
            sgd.Step(0.01);
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public void A_step_on_a_share_of_a_batch_allocates_nothing_after_the_first(bool perLeaf, int ranks)
    {
        using var backend = CpuBackend.Create(2);
        backend.Leaves = new BatchLeaves(4, ranks == 1 ? null : new CountedExchange(ranks), perLeaf);
        var share = backend.Leaves.ShareOf(8, out var images);
        using var small = new SmallSupernet<float>(backend, new SupernetShape(3, 12, 12, 3, 4, 3), CellForm.Shared, images);
        IBilevelModel<float> model = perLeaf ? new LeafwiseModel<float>(small.Net) : small.Net;
        for (var i = 0; i < 2; i++) Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step() => model.Evaluate(new(small.Batch.Images, small.Batch.Labels, share), new Pass(Training: true));
    }

    private static CostPenalty<float> Penalty(Supernet<float> net, SupernetShape shape)
    {
        var network = new TargetNetwork(new EvaluationShape(new ImageTask(3, 12, 12, 3), 4, 3, Auxiliary: false));
        var costs = new ArchitectureCosts(CountedCost.MultiplyAdds, network, CellSpace.Darts.Candidates, shape.Topology);
        return new CostPenalty<float>(costs, net.Architectures) { Weight = 1 };
    }

    [Fact]
    public void The_loop_around_the_steps_allocates_nothing()
    {
        using var loop = new OneEpoch();
        loop.Run();
        Assert.Equal(OneEpoch.Length, loop.Allocated.Count);
        Assert.Equal(loop.Allocated[1], loop.Allocated[^1]);
    }

    /// <summary>An epoch of steps that do nothing but write down what this thread has allocated.</summary>
    private sealed class OneEpoch() : EpochLoop<SearchOptions, EpochRecord>(
        SmallSearch.Options with { Epochs = 1, ReportInterval = 2 * Length, CheckpointInterval = 0 }, new LoopPosition<EpochRecord>(),
        images: Length * SmallSearch.Options.BatchSize, progress: null, checkpoints: null)
    {
        public const int Length = 8;

        private readonly SearchState state = new(
            SmallSearch.Options, DartsSearch.ShapeOf(SmallSearch.Images().Train, SmallSearch.Options), new ReferenceBackend<float>());

        public List<long> Allocated { get; } = new(Length);

        protected override IRunState State => state;

        public void Run()
        {
            // Nobody records the epoch.
            Assert.Throws<NotSupportedException>(() => RunAll(CancellationToken.None));
        }

        public override void Dispose() => state.Dispose();

        protected override double Rate(int epoch) => 0.1;

        protected override void BeginEpoch()
        {
        }

        protected override BatchResult Step(double rate)
        {
            Allocated.Add(GC.GetAllocatedBytesForCurrentThread());
            return new BatchResult(Loss: 1, Correct: 0, Images: 4);
        }

        protected override Func<EpochRecord> Evaluate() => throw new NotSupportedException();

        protected override IEnumerable<RunEvent> Events(EpochRecord record) => [];

        protected override SafetensorsWriter Collect() => throw new NotSupportedException();
    }
}

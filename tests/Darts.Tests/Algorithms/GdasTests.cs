using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.Gdas;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Algorithms;

public sealed class GdasTests : IDisposable
{
    private static readonly SupernetShape Shape = new(1, 8, 8, 2, 2, 3, 2, 2);
    private static readonly Pass Training = new(Training: true, Seed: 3);
    private readonly ReferenceBackend<double> backend = new();
    private readonly SmallSupernet<double> small;

    public GdasTests()
    {
        var gdas = new GdasAlgorithm();
        small = new SmallSupernet<double>(
            backend, Shape, CellForm.Shared, batch: 2, relax: kind => gdas.Relax<double>(gdas.Paper, Shape.Edges, kind));
    }

    public void Dispose()
    {
        small.Dispose();
        backend.Dispose();
    }

    [Fact]
    public void Only_the_drawn_operation_of_an_edge_is_computed()
    {
        small.Net.Evaluate(small.Batch, Training);
        foreach (var (edge, k, operation) in Operations())
        {
            var counters = small.Net.Parameters.Counters.Where(c => c.Name.StartsWith(NameOf(operation), StringComparison.Ordinal))
                .ToList();
            Assert.All(counters, c => Assert.Equal(Drawn(edge) == k ? 1 : 0, c.Owner.BatchesTracked));
        }
    }

    [Fact]
    public void What_is_not_drawn_goes_on_with_its_momentum_and_shrinks_by_its_decay()
    {
        const double rate = 0.1, momentum = 0.9, decay = 0.01, velocity = 0.5;
        var sgd = new Sgd<double>(backend, small.Net.Parameters, momentum, decay);
        backend.Upload<double>([.. Enumerable.Repeat(velocity, (int)small.Net.Parameters.Count)], sgd.MomentumBuffer);
        var before = small.Values(small.Net.Parameters.Values);
        small.Net.Evaluate(small.Batch, Training);
        sgd.Step(rate);
        var after = small.Values(small.Net.Parameters.Values);
        var idle = Operations().Where(o => Drawn(o.Edge) != o.Column).Select(o => NameOf(o.Operation)).ToHashSet();
        var (offset, seen) = (0, 0);
        foreach (var tensor in small.Net.Parameters.Parameters)
        {
            var count = (int)tensor.Capacity.Count;
            if (idle.Any(name => tensor.Name.StartsWith(name, StringComparison.Ordinal)))
                for (var i = offset; i < offset + count; i++, seen++)
                    Assert.Equal(before[i] - rate * (momentum * velocity + decay * before[i]), after[i], 12);
            offset += count;
        }

        Assert.True(seen > 0);
    }

    private int Drawn(int edge) =>
        ((GumbelRelaxation<double>)(edge < Shape.Edges ? small.Net.Normal : small.Net.Reduce).Relaxation).Drawn[edge % Shape.Edges];

    // Cell 0 is normal, cells 1 and 2 reduce; one of each kind is enough.
    private IEnumerable<(int Edge, int Column, Module<double> Operation)> Operations() =>
        small.Net.MixedOps.Take(2 * Shape.Edges).SelectMany((mixed, edge) =>
            mixed.Operations.Select((operation, k) => (edge, k, operation)));

    private string NameOf(Module<double> operation)
    {
        foreach (var (mixed, number) in small.Net.MixedOps.Select((m, i) => (m, i)))
            for (var k = 0; k < mixed.Operations.Count; k++)
                if (ReferenceEquals(mixed.Operations[k], operation))
                    return $"cells.{number / Shape.Edges}._ops.{number % Shape.Edges}._ops.{k}.";
        throw new ArgumentException("no operation of the network", nameof(operation));
    }
}

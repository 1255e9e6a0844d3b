using CsCheck;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

public class BackendTests
{
    public static TheoryData<string, string> OperationsOnBackends()
    {
        var rows = new TheoryData<string, string>();
        foreach (var operation in Operation.All)
            foreach (var backend in BackendsPresent.Names) rows.Add(operation.Name, backend);
        return rows;
    }

    public static TheoryData<string> Operations() => [.. Operation.All.Select(o => o.Name)];

    [Theory]
    [MemberData(nameof(OperationsOnBackends))]
    public void Equals_the_reference_in_double_precision(string operation, string backend)
    {
        var tested = Operation.ByName(operation);
        OperationCase.Any.Select(tested.Restrict).Holds(Check, 20);
        OperationCase.ManyImages.Select(tested.Restrict).Holds(Check, 4);
        foreach (var (channels, stride) in new[] { (4, 1), (8, 2), (16, 1), (48, 2) })
            Check(tested.Restrict(OperationCase.Typical(channels, stride)));

        void Check(OperationCase c) => Comparison.Compare(tested, backend, () => BackendsPresent.Create(backend), c);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Is_the_same_bit_by_bit_for_every_number_of_threads(string operation)
    {
        var tested = Operation.ByName(operation);
        OperationCase.Any.Select(tested.Restrict).Holds(Check, 8);
        OperationCase.ManyImages.Select(tested.Restrict).Holds(Check, 4);
        Check(tested.Restrict(OperationCase.Typical(16) with { N = 5 }));

        void Check(OperationCase c)
        {
            var one = Comparison.Run(tested, CpuBackend.Create(1), c);
            foreach (var threads in new[] { 2, 4 })
                foreach (var (a, b) in one.Zip(Comparison.Run(tested, CpuBackend.Create(threads), c))) Assert.Equal(a.Values, b.Values);
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void What_is_large_enough_to_be_written_past_the_caches_equals_the_reference(int width)
    {
        var name = BackendsPresent.Cpu(width, 2);
        foreach (var operation in new[] { nameof(Fill), nameof(ConcatForward), nameof(ConcatBackward) })
            foreach (var outputs in new[] { 16, 10 })
                Comparison.Compare(
                    Operation.ByName(operation), name, () =>
                        BackendsPresent.Create(name), OperationCase.Typical(64) with { N = 5, Outputs = outputs });
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Statistics_survive_a_mean_far_from_zero_and_a_single_value(int width)
    {
        using var rig = new Rig<float>(BackendsPresent.Create(BackendsPresent.Cpu(width, 1)), OperationCase.Typical(4));
        var backend = rig.Backend;
        var norm = rig.Norm(1, affine: false);
        var (x, deviation) = (rig.Images(new Shape(4, 1, 32, 32)), new float[1]);
        backend.WriteImages(Enumerable.Range(0, 4096).Select(i => 1000f + (i % 2 == 0 ? 0.25f : -0.25f)).ToArray(), x);
        backend.NormalizationStatistics(x, norm);
        backend.Download(norm.InverseDeviation, deviation);
        Assert.Equal(4, deviation[0], 3);

        var running = new float[1];
        backend.NormalizationStatistics(rig.Images(new Shape(1, 1, 1, 1)), norm);
        backend.Download(norm.RunningVariance, running);
        Assert.True(float.IsFinite(running[0]));
    }
}

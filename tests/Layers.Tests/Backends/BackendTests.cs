using CsCheck;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
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
        BackendsPresent.Create(backend).Dispose();
        OperationCase.Any.Select(tested.Restrict).Sample(c => Compare(tested, backend, c), iter: 20, threads: 1);
        foreach (var (channels, stride) in new[] { (4, 1), (8, 2), (16, 1), (48, 2) })
            Compare(tested, backend, tested.Restrict(OperationCase.Typical(channels, stride)));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Is_the_same_bit_by_bit_for_every_number_of_threads(string operation)
    {
        var tested = Operation.ByName(operation);
        OperationCase.Any.Select(tested.Restrict).Sample(Check, iter: 8, threads: 1);
        Check(tested.Restrict(OperationCase.Typical(16) with { N = 5 }));

        void Check(OperationCase c)
        {
            var one = Run(tested, CpuBackend.Create(1), c);
            foreach (var threads in new[] { 2, 4 })
                foreach (var (a, b) in one.Zip(Run(tested, CpuBackend.Create(threads), c))) Assert.Equal(a.Values, b.Values);
        }
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

    private static void Compare(Operation operation, string backend, OperationCase c)
    {
        var expected = Run(operation, new ReferenceBackend<double>(), c);
        var actual = Run(operation, BackendsPresent.Create(backend), c);
        for (var k = 0; k < expected.Count; k++)
            for (var i = 0; i < expected[k].Values.Length; i++)
            {
                var (e, a) = (expected[k].Values[i], actual[k].Values[i]);
                // The last rounding to single precision is relative to the result.
                if (!(Math.Abs(a - e) <= expected[k].Tolerance + Math.Abs(e) * 1e-7))
                    Assert.Fail($"{operation} on {backend}, result {k}, element {i}: {a}, not {e} (tolerance {expected[k].Tolerance:E1}); {c}");
            }
    }

    private static IReadOnlyList<(double[] Values, double Tolerance)> Run<T>(Operation operation, Backend<T> backend, OperationCase c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        using var rig = new Rig<T>(backend, c);
        operation.Prepare(rig, c)();
        return rig.Read();
    }
}

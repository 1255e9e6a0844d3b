using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Runs one operation on a backend and on the reference in double precision.</summary>
internal static class Comparison
{
    public static void Compare(Operation operation, string name, Func<Backend<float>> backend, OperationCase c) =>
        Compare(operation, name, Run(operation, backend(), c), c);

    /// <summary>The same on a backend that is used again.</summary>
    public static void Compare(Operation operation, Backend<float> backend, OperationCase c)
    {
        using var rig = new Rig<float>(backend, c, keepBackend: true);
        operation.Prepare(rig, c)();
        Compare(operation, backend.Name, rig.Read(), c);
    }

    private static void Compare(Operation operation, string name, IReadOnlyList<(double[] Values, double Tolerance)> actual,
        OperationCase c)
    {
        var expected = Run(operation, new ReferenceBackend<double>(), c);
        for (var k = 0; k < expected.Count; k++)
            for (var i = 0; i < expected[k].Values.Length; i++)
            {
                var (e, a) = (expected[k].Values[i], actual[k].Values[i]);
                // The last rounding to single precision is relative to the result.
                if (!(Math.Abs(a - e) <= expected[k].Tolerance + Math.Abs(e) * 1e-7))
                    Assert.Fail(
                        $"{operation} on {name}, result {k}, element {i}: {a}, not {e} (tolerance {expected[k].Tolerance:E1}); {c}");
            }
    }

    public static IReadOnlyList<(double[] Values, double Tolerance)> Run<T>(Operation operation, Backend<T> backend, OperationCase c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        using var rig = new Rig<T>(backend, c);
        operation.Prepare(rig, c)();
        return rig.Read();
    }
}

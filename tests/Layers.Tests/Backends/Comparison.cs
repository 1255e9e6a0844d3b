using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Runs one operation on a backend and on the reference in double precision.</summary>
internal static class Comparison
{
    public static void Compare(Operation operation, string name, Func<Backend<float>> backend, OperationCase c)
    {
        var expected = Run(operation, new ReferenceBackend<double>(), c);
        var actual = Run(operation, backend(), c);
        for (var k = 0; k < expected.Count; k++)
            for (var i = 0; i < expected[k].Values.Length; i++)
            {
                var (e, a) = (expected[k].Values[i], actual[k].Values[i]);
                // The last rounding to single precision is relative to the result.
                if (!(Math.Abs(a - e) <= expected[k].Tolerance + Math.Abs(e) * 1e-7))
                    Assert.Fail($"{operation} on {name}, result {k}, element {i}: {a}, not {e} (tolerance {expected[k].Tolerance:E1}); {c}");
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

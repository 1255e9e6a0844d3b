namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>Compares what a backend computed with what the composed form computed in double on the reference backend.</summary>
internal static class Agreement
{
    public static void Check<TActual, TExpected>(FusedSetup<TActual> actual, FusedSetup<TExpected> expected, string what, double tolerance = 2e-4)
        where TActual : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TActual>
        where TExpected : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TExpected>
    {
        foreach (var ((name, a), (_, e)) in actual.Results().Zip(expected.Results()))
        {
            var scale = 0.1 + e.Max(Math.Abs);
            for (var i = 0; i < e.Length; i++)
                if (!(Math.Abs(a[i] - e[i]) <= tolerance * scale)) throw new InvalidOperationException($"{what}: {name}[{i}] is {a[i]}, not {e[i]}.");
        }
    }
}

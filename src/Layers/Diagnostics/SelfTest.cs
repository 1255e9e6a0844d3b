using System.Diagnostics;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>The verdict on one operation.</summary>
/// <param name="Name">What it computes.</param>
/// <param name="Library">Who computes it.</param>
/// <param name="Error">Largest difference to the managed path over the largest value; NaN if it could not be computed.</param>
/// <param name="Milliseconds">Time of a call, the first one apart.</param>
/// <param name="Cure">What to do if it is wrong.</param>
/// <param name="Failure">Why it could not be computed, or null.</param>
internal sealed record SelfTestVerdict(string Name, string Library, double Error, double Milliseconds, string Cure, string? Failure = null)
{
    /// <summary>Whether the result is that of the managed path up to float rounding.</summary>
    public bool IsRight => Error <= SelfTest.Tolerance;

    internal static SelfTestVerdict Computed(string name, string library, double error, double milliseconds) =>
        new(name, library, error, milliseconds, Cures.OfWrong(library));

    internal static SelfTestVerdict Failed(string name, string library, Exception failure, HipDevice? device) => new(
        name, library, double.NaN, 0, Cures.OfFailure(library, failure, device),
        MemoryShortage.Explains(failure) ? $"got no memory ({failure.GetBaseException().Message.TrimEnd('.')})"
            : failure.Message.TrimEnd('.'));
}

/// <summary>
/// Compares every operation of a backend with plain loops. On a gfx803 this is a necessity: libraries that were built without anybody
/// having tried that card compute wrong results there and report success.
/// </summary>
internal static class SelfTest
{
    /// <summary>Largest difference over the largest value that float rounding can explain in these sizes.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Tests the operations one after the other, as they are asked for.</summary>
    /// <param name="backend">What is tested.</param>
    /// <param name="shortForm">Whether only what comes from libraries or is at the heart of a search is tested.</param>
    public static IEnumerable<SelfTestVerdict> Run(Backend<float> backend, bool shortForm = false)
    {
        foreach (var c in SelfTestCases.All.Where(c => c.Short || !shortForm)) yield return Run(backend, c);
    }

    /// <summary>The short form, before a run, where the backend needs it: the tests of this project cover the others.</summary>
    /// <exception cref="BackendUnavailableException">Something is wrong; the text names it and the cure.</exception>
    public static void Require(Backend<float> backend)
    {
        if (!backend.NeedsSelfTest) return;
        var device = backend.Gpu;
        if (device is not null && MemoryShortage.Before(device) is { } shortage)
            throw new BackendUnavailableException($"backend '{backend.Name}': {shortage.Fault}: {shortage.Cure}");
        // Products first: MIOpen computes convolutions with them, and theirs is the cure then.
        var products = device is null ? [] : ProductTest.Run(device);
        foreach (var verdict in products.Concat(Run(backend, shortForm: true)))
        {
            if (verdict.IsRight) continue;
            throw new BackendUnavailableException(
                $"backend '{backend.Name}': {verdict.Name} by {verdict.Library} " +
                    $"{verdict.Failure ?? $"is wrong (off by {verdict.Error:0.0E+0})"}; "
                + $"{verdict.Cure}; miopendarts doctor tests everything");
        }
    }

    private static SelfTestVerdict Run(Backend<float> backend, SelfTestCase c)
    {
        using var reference = new ReferenceBackend<float>();
        var expected = Results(reference, c, out _);
        try
        {
            Results(backend, c, out _);
            var actual = Results(backend, c, out var milliseconds);
            return SelfTestVerdict.Computed(c.Name, c.Library, Distance(expected, actual), milliseconds);
        }
#pragma warning disable CA1031 // Whatever a library does is the verdict on it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return SelfTestVerdict.Failed(c.Name, c.Library, e, backend.Gpu);
        }
    }

    /// <summary>Largest difference over the largest expected value; NaN where something is not a number.</summary>
    internal static double Distance(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double difference = 0, largest = 1e-6;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!float.IsFinite(actual[i])) return double.NaN;
            difference = Math.Max(difference, Math.Abs((double)actual[i] - expected[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return difference / largest;
    }

    private static float[] Results(Backend<float> backend, SelfTestCase c, out double milliseconds)
    {
        using var trial = new SelfTestTensors(backend);
        var start = Stopwatch.GetTimestamp();
        c.Run(trial);
        backend.Synchronize();
        milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return trial.Read();
    }
}

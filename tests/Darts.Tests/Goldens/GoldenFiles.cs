using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Goldens;

/// <summary>The golden files beside the tests and, if MIOPENDARTS_GOLDENS names a folder, those in it.</summary>
public static class GoldenFiles
{
    public static IEnumerable<string> Named(string pattern)
    {
        string?[] folders = [Path.Combine(AppContext.BaseDirectory, "goldens"), Environment.GetEnvironmentVariable("MIOPENDARTS_GOLDENS")];
        foreach (var folder in folders)
            if (!string.IsNullOrEmpty(folder))
                foreach (var file in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)) yield return file;
    }

    /// <summary>Every case of every file: the names before ".input".</summary>
    public static IEnumerable<(string File, string Case)> Cases(string pattern, string suffix)
    {
        foreach (var file in Named(pattern))
        {
            using var golden = SafetensorsFile.Open(file);
            foreach (var name in golden.Names)
                if (name.EndsWith(suffix, StringComparison.Ordinal)) yield return (file, name[..^suffix.Length]);
        }
    }
}

/// <summary>Comparison relative to the largest expected value.</summary>
public static class Close
{
    /// <summary>
    /// How far a handful of ReLUs and largest values that turn over move the gradient of a small network, relative to its length: each is
    /// one of the some hundred terms of a channel's gradient, and a channel one of many. Other tests compare single numbers, on images far
    /// from kinks.
    /// </summary>
    public const double Kinks = 3e-2;

    /// <summary>
    /// In double precision every number; in single precision, where some value of a given network may lie nearer to a kink than rounding,
    /// the length.
    /// </summary>
    public static void Gradients<T>(SafetensorsFile golden, string prefix, IEnumerable<(string Name, T[] Values)> gradients,
        double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double length = 0, distance = 0;
        foreach (var (name, values) in gradients)
        {
            if (typeof(T) == typeof(double)) Equal<T>(golden, prefix + name, values, tolerance);
            foreach (var (e, a) in golden.ReadDouble(prefix + name).Zip(values, (e, a) => (e, double.CreateChecked(a))))
            {
                length += e * e;
                distance += (e - a) * (e - a);
            }
        }

        Assert.True(distance <= Kinks * Kinks * length, $"{prefix}: off by {Math.Sqrt(distance):E2} of {Math.Sqrt(length):E2}");
    }

    public static void Equal<T>(SafetensorsFile golden, string name, ReadOnlySpan<T> actual, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Equal(golden.ReadDouble(name), actual, tolerance, name);

    public static void Equal<T>(ReadOnlySpan<double> expected, ReadOnlySpan<T> actual, double tolerance, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0, worst = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            var difference = Math.Abs(expected[i] - double.CreateChecked(actual[i]));
            worst = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(worst, difference);
        }

        // The floor covers gradients that are zero but for rounding, such as those of a filter in front of a batch norm.
        Assert.True(worst <= tolerance * Math.Max(largest, 1e-3), $"{name}: off by {worst:E2}, largest value {largest:E2}");
    }
}

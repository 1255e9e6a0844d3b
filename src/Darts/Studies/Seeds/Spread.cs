namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>Mean and spread of some values.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Mean">Their mean; NaN for none.</param>
/// <param name="Deviation">Standard deviation of a sample (divisor n − 1); null for fewer than two.</param>
internal sealed record Spread(int Count, double Mean, double? Deviation)
{
    /// <summary>Of some values.</summary>
    public static Spread From(IReadOnlyCollection<double> values)
    {
        var mean = values.Count == 0 ? double.NaN : values.Average();
        return new Spread(
            values.Count, mean,
            values.Count < 2 ? null : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }

    /// <summary>Such as <c>91.20 ± 0.35</c>; a dash where there is no number.</summary>
    public override string ToString() =>
        double.IsNaN(Mean) ? "-" : Deviation is { } deviation ? $"{Mean:0.00} ± {deviation:0.00}" : $"{Mean:0.00}";
}

namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>Round numbers for an axis.</summary>
/// <param name="Low">Lower end of the axis, the first tick.</param>
/// <param name="High">Upper end of the axis, the last tick.</param>
/// <param name="Step">Distance of the ticks: 1, 2 or 5 times a power of ten.</param>
internal readonly record struct AxisTicks(double Low, double High, double Step)
{
    /// <summary>Ticks that cover all finite values of a list with about <paramref name="count"/> steps.</summary>
    public static AxisTicks Covering(IEnumerable<double> values, int count, double smallestStep = 0)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, high) = (finite.Min(), finite.Max());
        if (high - low < 1e-9 * Math.Max(1, Math.Abs(high))) (low, high) = (low - 0.5, high + 0.5);
        var rough = Math.Max((high - low) / count, smallestStep);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
        return new AxisTicks(Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step, step);
    }

    /// <summary>The ticks from low to high.</summary>
    public IEnumerable<double> Values
    {
        get
        {
            var count = (int)Math.Round((High - Low) / Step);
            for (var index = 0; index <= count; index++) yield return Low + index * Step;
        }
    }

    /// <summary>A format with as many decimals as the step needs.</summary>
    public string Format => Step >= 1 ? "0" : "0." + new string('0', Math.Min(8, (int)Math.Ceiling(-Math.Log10(Step) - 1e-9)));
}

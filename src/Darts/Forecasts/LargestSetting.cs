namespace MIOpenDarts.Darts.Forecasts;

/// <summary>The largest value of a setting with which something still fits, where what is needed grows with the value.</summary>
internal static class LargestSetting
{
    /// <summary>Found by halving; null where not even the least fits.</summary>
    /// <param name="least">The least value that makes sense.</param>
    /// <param name="limit">The value that does not fit; only smaller ones are tried.</param>
    /// <param name="step">What the value must be a multiple of.</param>
    /// <param name="fits">Whether a value fits.</param>
    public static int? Below(int limit, int least, int step, Func<int, bool> fits)
    {
        int? found = null;
        for (var (low, high) = ((least + step - 1) / step, (limit - 1) / step); low <= high;)
        {
            var middle = (low + high) / 2;
            if (fits(middle * step)) (found, low) = (middle * step, middle + 1);
            else high = middle - 1;
        }

        return found;
    }
}

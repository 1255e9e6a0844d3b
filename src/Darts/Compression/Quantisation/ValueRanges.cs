using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>How the range that bytes spread over is chosen.</summary>
internal enum RangeRule
{
    /// <summary>From the least to the greatest number seen.</summary>
    MinMax,
    /// <summary>Without the outermost 0.01 % of the numbers, half of them on each side.</summary>
    Percentile,
    /// <summary>The share of the range seen that loses least in the mean square.</summary>
    Mse,
}

/// <summary>Ranges and means of a network's values on calibration images.</summary>
internal sealed class ValueRanges
{
    private readonly Dictionary<int, ValueStatistics> statistics;

    private ValueRanges(Dictionary<int, ValueStatistics> statistics) => this.statistics = statistics;

    /// <summary>Measures some values. Every rule but min-max looks at the images twice.</summary>
    /// <param name="network">The network in single precision.</param>
    /// <param name="values">Numbers of the values.</param>
    /// <param name="rule">How ranges are chosen.</param>
    /// <param name="images">The images.</param>
    /// <param name="backend">Where it computes.</param>
    public static ValueRanges Measure(
        HostNetwork network, IEnumerable<int> values, RangeRule rule, CalibrationImages images, Backend<float> backend)
    {
        using var net = network.Build(backend);
        net.Plan(CalibrationImages.BatchSize);
        var statistics = values.Distinct().ToDictionary(
            value => value, value => new ValueStatistics(net.Values[value].Capacity.C));
        Look(statistic => statistic.Add);
        foreach (var statistic in statistics.Values) statistic.EndRange(rule);
        if (rule != RangeRule.MinMax) Look(statistic => (numbers, _) => statistic.Histogram!.Add(numbers));
        return new ValueRanges(statistics);

        void Look(Func<ValueStatistics, Action<float[], int>> into)
        {
            foreach (var (pixels, labels) in images.Batches())
            {
                net.LoadBatch(pixels, labels);
                net.Forward(Pass.Inference);
                foreach (var (value, statistic) in statistics)
                {
                    var numbers = new float[net.Values[value].Shape.Count];
                    backend.ReadImages(net.Values[value], numbers);
                    into(statistic)(numbers, net.Values[value].Shape.Pixels);
                }
            }
        }
    }

    /// <summary>The bytes of a value.</summary>
    public ByteScale Scale(int value) => statistics[value].Scale;

    /// <summary>Mean of each channel of a value.</summary>
    public double[] Means(int value) => statistics[value].Means;

    /// <summary>Greatest |x| of each channel of a value.</summary>
    public float[] Largest(int value) => statistics[value].Largest;

    private sealed class ValueStatistics(int channels)
    {
        private readonly double[] sums = new double[channels];
        private float minimum = float.PositiveInfinity;
        private float maximum = float.NegativeInfinity;
        private long pixels;
        private RangeRule rule;

        public ValueHistogram? Histogram { get; private set; }

        public float[] Largest { get; } = new float[channels];

        public double[] Means => Array.ConvertAll(sums, sum => sum / pixels);

        public ByteScale Scale => rule switch
        {
            RangeRule.Percentile => Histogram!.WithoutTails(),
            RangeRule.Mse => Histogram!.WithLeastSquares(),
            _ => ByteScale.Over(minimum, maximum),
        };

        // numbers: [N,C,pixels]
        public void Add(float[] numbers, int perPlane)
        {
            for (var plane = 0; plane < numbers.Length / perPlane; plane++)
            {
                var (sum, low, high) = (0.0, float.PositiveInfinity, float.NegativeInfinity);
                foreach (var x in numbers.AsSpan(plane * perPlane, perPlane))
                {
                    (low, high) = (MathF.Min(low, x), MathF.Max(high, x));
                    sum += x;
                }

                (minimum, maximum) = (MathF.Min(minimum, low), MathF.Max(maximum, high));
                ref var largest = ref Largest[plane % channels];
                largest = MathF.Max(largest, MathF.Max(-low, high));
                sums[plane % channels] += sum;
            }

            pixels += numbers.Length / channels;
        }

        public void EndRange(RangeRule chosen)
        {
            rule = chosen;
            if (chosen != RangeRule.MinMax) Histogram = new ValueHistogram(minimum, maximum);
        }
    }
}

using System.Numerics;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Optimisers;

/// <summary>
/// Adam (Kingma and Ba 2015) with coupled L2 weight decay, on host memory: in DARTS it moves the architecture parameters, of which
/// there are 224. <see cref="NetworkAdam{T}"/> moves a network's weights.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="count">Number of parameters.</param>
/// <param name="rate">Learning rate.</param>
/// <param name="beta1">Decay of the mean.</param>
/// <param name="beta2">Decay of the mean square.</param>
/// <param name="weightDecay">L2 factor, added to the gradient.</param>
public sealed class Adam<T>(int count, double rate, double beta1, double beta2, double weightDecay)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steps made.</summary>
    public int Steps { get; set; }

    /// <summary>Mean of the gradients.</summary>
    public T[] Mean { get; } = new T[count];

    /// <summary>Mean of the squared gradients.</summary>
    public T[] MeanSquare { get; } = new T[count];

    /// <summary>Moves <paramref name="values"/> against <paramref name="gradients"/>.</summary>
    public void Step(Span<T> values, ReadOnlySpan<T> gradients)
    {
        Steps++;
        var settings = new AdamSettings(rate, beta1, beta2, weightDecay, Steps);
        var (corrected, factor) = (settings.CorrectedRate, settings.RootFactor);
        for (var i = 0; i < values.Length; i++)
        {
            var g = double.CreateTruncating(gradients[i]) + weightDecay * double.CreateTruncating(values[i]);
            var mean = beta1 * double.CreateTruncating(Mean[i]) + (1 - beta1) * g;
            var square = beta2 * double.CreateTruncating(MeanSquare[i]) + (1 - beta2) * g * g;
            Mean[i] = T.CreateTruncating(mean);
            MeanSquare[i] = T.CreateTruncating(square);
            values[i] -= T.CreateTruncating(corrected * mean / (Math.Sqrt(square) * factor + AdamSettings.Epsilon));
        }
    }
}

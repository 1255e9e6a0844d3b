using System.Numerics;

namespace MIOpenDarts.Darts.Bilevel;

/// <summary>A term of the loss that depends on the alphas alone.</summary>
internal interface IAlphaPenalty
{
    /// <summary>Adds its gradient in the alphas of all kinds of cells to <paramref name="diffs"/>.</summary>
    /// <returns>Its value, with its weight.</returns>
    double AddGradient<T>(IReadOnlyList<T[]> alphas, IReadOnlyList<T[]> diffs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

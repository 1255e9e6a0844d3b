using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>
/// The factors of one path under drop path: 0 or 1/keep for each image (Larsson et al. 2017, as the official code has it).
/// </summary>
internal sealed class PathMask<T>(int index)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] draws = [];

    /// <summary>[N,1,1,1].</summary>
    public Tensor<T> Factors { get; private set; } = new("drop path mask", default);

    public void Plan(MemoryPlan<T> plan, Lifetime kept)
    {
        Factors = plan.PerImage<T>("drop path mask", 1, 1, 1, kept);
        draws = new T[plan.Batch];
    }

    /// <summary>Draws the factors of a pass.</summary>
    public void Draw(Backend<T> backend, in Pass pass, double probability)
    {
        var random = pass.Random(RandomStream.DropPath, index);
        // One draw for each image of the batch, of which only some may be at hand.
        for (var others = backend.Leaves.UnderWay.First; others > 0; others--) random.NextDouble();
        var images = Factors.Shape.N;
        var keep = T.CreateChecked(1 / (1 - probability));
        for (var n = 0; n < images; n++) draws[n] = random.NextDouble() < probability ? T.Zero : keep;
        backend.Upload<T>(draws.AsSpan(0, images), Factors);
    }
}

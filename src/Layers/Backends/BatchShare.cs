namespace MIOpenDarts.Layers.Backends;

/// <summary>Which images of a batch are at hand; the default says all of them.</summary>
/// <param name="First">Number of the first in the batch: random draws of images go by it.</param>
/// <param name="Whole">Images of the batch; 0 for those at hand.</param>
/// <param name="IsLeaf">Whether they are one leaf that batch norms take for a batch of its own, so that nothing of it is exchanged.</param>
internal readonly record struct BatchShare(int First, int Whole, bool IsLeaf = false);

using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>What is built for one stage of a search.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Net">Its network.</param>
/// <param name="Sgd">The optimiser of its weights.</param>
/// <param name="Adams">The optimisers of the alphas, in the order of its kinds of cells; the same in every stage.</param>
internal sealed record SearchStage(int Number, ISupernet<float> Net, Sgd<float> Sgd, IReadOnlyList<Adam<float>> Adams);

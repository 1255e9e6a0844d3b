using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Spaces;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>The supernet that the options of a search describe, whatever the skeleton of their space.</summary>
internal static class SearchSupernet
{
    /// <summary>Builds it with zeroed parameters.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="backend">Where it lives.</param>
    /// <param name="space">What edges choose from.</param>
    /// <param name="relax">Makes the relaxation of a kind of cells.</param>
    /// <param name="form">How cells like those of DARTS are computed.</param>
    /// <param name="dropPath">Whether operations can be dropped.</param>
    public static ISupernet<float> Build(
        SearchOptions options, SupernetShape shape, Backend<float> backend, SearchSpace space, Func<int, Relaxation<float>> relax,
        CellForm form = CellForm.Shared, bool dropPath = false) => options.Skeleton == Skeleton.NasBench201
            ? new NasBench201Supernet<float>(
                backend,
                new NasBench201Shape(
                    new ImageTask(shape.ImageChannels, shape.Height, shape.Width, shape.Classes), shape.InitChannels,
                    options.CellsPerStage),
                space, relax(0), dropPath)
            : new Supernet<float>(backend, shape, form, dropPath, space: space, relax: relax);
}

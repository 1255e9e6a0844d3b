using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A step of a search on blank images, as in its last epoch.</summary>
internal sealed class BlankSearchStep : IBlankStep
{
    private readonly SearchState state;
    private readonly float[] pixels;
    private readonly int[] labels;
    private readonly BatchShare share;

    /// <summary>Builds the search and draws its weights.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="images">From <see cref="Images"/>.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="form">How its cells are computed.</param>
    public BlankSearchStep(SearchOptions options, SearchImages images, Backend<float> backend, CellForm form = CellForm.Shared)
    {
        var shape = DartsSearch.ShapeOf(images, options);
        state = new SearchState(options, shape, backend, form);
        state.Initialize();
        share = backend.Leaves.ShareOf(options.BatchSize, out var count);
        pixels = new float[count * shape.ImageChannels * shape.Height * shape.Width];
        labels = new int[count];
    }

    /// <summary>Steps that the alphas have made.</summary>
    public int AlphaSteps => state.Architect.Adams[0].Steps;

    /// <summary>The images of a search, which give its shape. What they refuse is told before a GPU is opened.</summary>
    /// <exception cref="OptionsException">The method takes no step.</exception>
    public static SearchImages Images(SearchOptions options)
    {
        RequireSteps(options);
        return SearchImages.Split(SearchImages.Open(options), options).Train;
    }

    /// <summary>Refuses a method that takes no step.</summary>
    /// <exception cref="OptionsException">It takes none.</exception>
    public static void RequireSteps(SearchOptions options)
    {
        if (SearchAlgorithm.From(options).Trains) return;
        var others = string.Join(", ", SearchAlgorithm.All.Where(algorithm => algorithm.Trains).Select(algorithm => algorithm.Name));
        throw new OptionsException($"algorithm '{options.Algorithm}' takes no step; give one that does: {others}");
    }

    /// <inheritdoc/>
    public void Run() => state.StepAsInLastEpoch(new(pixels, labels, share), new(pixels, labels, share));

    /// <inheritdoc/>
    public void Dispose() => state.Dispose();
}

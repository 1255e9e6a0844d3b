using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Search;

/// <summary>The supernet of a search that is done, as one that computes single genotypes.</summary>
internal static class SearchedPaths
{
    /// <summary>Opens it with the weights of the newest checkpoint.</summary>
    /// <param name="checkpoints">Folder of the search's checkpoints.</param>
    /// <param name="options">Options of the search.</param>
    /// <param name="shape">The supernet that they describe.</param>
    /// <param name="backend">Where it computes.</param>
    /// <exception cref="CheckpointException">There is no checkpoint, or the newest is damaged.</exception>
    /// <exception cref="InvalidDataException">It has the weights of another supernet.</exception>
    public static PathSupernet Open(string checkpoints, SearchOptions options, SupernetShape shape, Backend<float> backend)
    {
        var newest = CheckpointRing.In(checkpoints).FirstOrDefault() ?? throw new CheckpointException(
            $"{checkpoints}: there is no checkpoint, so no genotype can be judged by the weights of this search; remove the folder of the "
            + "search, and the same command searches again");
        using var file = CheckpointFile.Open(newest);
        // As the search cut its batches, but with the statistics of whole ones: the order of sums does not depend on who opens it.
        backend.Leaves = new BatchLeaves(options.Leaves);
        var net = new PathSupernet(
            options, shape, backend, SearchAlgorithm.From(options).Space(options, SearchCheckpoint.StageOf(file)));
        try
        {
            net.Load(file);
            return net;
        }
        catch
        {
            net.Dispose();
            throw;
        }
    }
}

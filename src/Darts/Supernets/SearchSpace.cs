using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>A cell space as a search mixes it: what edges choose from, and how much of a state goes through them.</summary>
/// <param name="Candidates">Operations of an edge, in the order of the columns of alpha.</param>
/// <param name="PartialChannels">K: one K-th of the channels is mixed, the others bypass (Xu et al. 2020, section 3.1); 1 for all.</param>
/// <param name="EdgeNormalization">Whether edges into a node have weights of their own, β (section 3.2 there).</param>
internal sealed record SearchSpace(IReadOnlyList<Primitive> Candidates, int PartialChannels = 1, bool EdgeNormalization = false)
{
    /// <summary>The cell space: how cells are wired, and what a genotype of them may have.</summary>
    public CellSpace Cells { get; init; } = CellSpace.Darts;

    /// <summary>Whether a batch norm follows a pool: in a search of cells like those of DARTS.</summary>
    public bool PoolNorm => Cells.Skeleton == Skeleton.Darts;

    /// <summary>That of DARTS: eight operations on all channels.</summary>
    public static SearchSpace Darts { get; } = new(Primitives.SearchSpace);
}

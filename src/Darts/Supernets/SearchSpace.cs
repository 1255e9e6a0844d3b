using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>What the edges of a search cell choose from, and how much of a state goes through them.</summary>
/// <param name="Candidates">Operations of an edge, in the order of the columns of alpha.</param>
/// <param name="PartialChannels">K: one K-th of the channels is mixed, the others bypass (Xu et al. 2020, section 3.1); 1 for all.</param>
/// <param name="EdgeNormalization">Whether edges into a node have weights of their own, β (section 3.2 there).</param>
/// <param name="PoolNorm">Whether a batch norm follows a pool: not in NAS-Bench-201.</param>
internal sealed record SearchSpace(
    IReadOnlyList<Primitive> Candidates, int PartialChannels = 1, bool EdgeNormalization = false, bool PoolNorm = true)
{
    /// <summary>Inputs of a cell: a node reads them and every node before it.</summary>
    public int Inputs { get; init; } = GenotypeCell.Inputs;

    /// <summary>Whether an edge may end with <c>none</c>, so that it counts among the strongest.</summary>
    public bool TakesNone { get; init; }

    /// <summary>That of DARTS: eight operations on all channels.</summary>
    public static SearchSpace Darts { get; } = new(Primitives.SearchSpace);
}

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>How cells are put together into a network.</summary>
internal enum Skeleton
{
    /// <summary>
    /// Cells that read the outputs of the two before them; those at one and two thirds reduce and are of a kind of their own (Liu et al.
    /// 2019, section 2.1).
    /// </summary>
    Darts,

    /// <summary>
    /// Three stages of equal cells, each of which reads the one before; between stages stand residual blocks that halve the image (Dong and
    /// Yang 2020, section 2.1).
    /// </summary>
    NasBench201,
}

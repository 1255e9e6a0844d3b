using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Evaluation.NasBench201;

/// <summary>
/// Everything but the cell that decides a network of NAS-Bench-201: stem, three stages of cells, two reductions between them, head.
/// </summary>
/// <param name="Task">Images and classes.</param>
/// <param name="InitChannels">C of the first stage; doubled in each of the others.</param>
/// <param name="CellsPerStage">N.</param>
internal sealed record NasBench201Shape(ImageTask Task, int InitChannels = 16, int CellsPerStage = 5)
{
    /// <summary>Stages of cells.</summary>
    public const int Stages = 3;

    /// <summary>Refuses images whose halves a convolution and a pool would round differently.</summary>
    /// <exception cref="OptionsException">A side is no multiple of four pixels, or there is no channel or cell.</exception>
    public NasBench201Shape Validated() => Task.Height % 4 == 0 && Task.Width % 4 == 0 && InitChannels > 0 && CellsPerStage > 0
        ? this
        : throw new OptionsException(
            $"a network of nas-bench-201 halves its images twice, so that their sides are multiples of 4, not {Task.Height}x{Task.Width}, "
            + $"and has at least one channel and cell, not {InitChannels} and {CellsPerStage}");
}

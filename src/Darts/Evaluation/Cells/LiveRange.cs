namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>Ticks of a cell on its network's <see cref="LivenessSchedule"/>.</summary>
/// <param name="Begin">The first.</param>
/// <param name="End">The last, at which the output is written.</param>
/// <param name="LastRead">When the output is read last.</param>
/// <param name="LastReader">End of whoever reads it last, who clears its gradient in the backward pass.</param>
internal readonly record struct LiveRange(int Begin, int End, int LastRead, int LastReader);

namespace MIOpenDarts.Darts.Evolution;

/// <summary>A genome that was evaluated.</summary>
/// <param name="Genome">The genome.</param>
/// <param name="Key">Its text in its space.</param>
/// <param name="Fitness">What it is worth.</param>
internal sealed record Individual<TGenome>(TGenome Genome, string Key, Fitness Fitness);

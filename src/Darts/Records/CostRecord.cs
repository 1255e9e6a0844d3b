namespace MIOpenDarts.Darts.Records;

/// <summary>What the architecture of a search costs after an epoch, in the network that is to be built.</summary>
/// <param name="Name">As the option <c>cost</c> takes it.</param>
/// <param name="Unit">Of the numbers below.</param>
/// <param name="Expected">Expectation over the alphas, with how likely each edge is kept.</param>
/// <param name="Derived">Cost of the derived genotype.</param>
/// <param name="Least">Cost of the cheapest genotype of the space.</param>
/// <param name="Most">Cost of the dearest.</param>
/// <param name="Weight">λ of the epoch that ended.</param>
/// <param name="Limit">Most that the derived genotype may cost; null for no limit.</param>
public sealed record CostRecord(
    string Name, string Unit, double Expected, double Derived, double Least, double Most, double Weight, double? Limit = null);

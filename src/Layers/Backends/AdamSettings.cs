namespace MIOpenDarts.Layers.Backends;

/// <summary>What one step of Adam does (Kingma and Ba 2015, algorithm 1), with coupled L2 weight decay.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Beta1">Decay of the mean.</param>
/// <param name="Beta2">Decay of the mean square.</param>
/// <param name="WeightDecay">L2 factor, added to the gradient.</param>
/// <param name="Step">Number of this step, from 1; both means are corrected for having begun at zero.</param>
public readonly record struct AdamSettings(double Rate, double Beta1, double Beta2, double WeightDecay, int Step)
{
    /// <summary>Added to the root of the mean square.</summary>
    public const double Epsilon = 1e-8;

    /// <summary>Rate over the correction of the mean.</summary>
    public double CorrectedRate => Rate / (1 - Math.Pow(Beta1, Step));

    /// <summary>Factor of the root of the mean square: one over the root of its correction.</summary>
    public double RootFactor => 1 / Math.Sqrt(1 - Math.Pow(Beta2, Step));
}

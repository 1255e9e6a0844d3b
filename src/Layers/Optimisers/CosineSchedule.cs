namespace MIOpenDarts.Layers.Optimisers;

/// <summary>Cosine annealing by epoch (Loshchilov and Hutter 2017): epoch e of E uses min + (max − min)·(1 + cos(πe/E))/2.</summary>
/// <param name="Maximum">Rate of epoch 0.</param>
/// <param name="Minimum">Rate that epoch E would have.</param>
/// <param name="Epochs">E.</param>
public readonly record struct CosineSchedule(double Maximum, double Minimum, int Epochs)
{
    /// <summary>Rate of an epoch, counted from 0.</summary>
    public double Rate(int epoch) => Minimum + (Maximum - Minimum) * (1 + Math.Cos(Math.PI * epoch / Epochs)) / 2;
}

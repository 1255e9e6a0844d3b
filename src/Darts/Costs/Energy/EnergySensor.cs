namespace MIOpenDarts.Darts.Costs.Energy;

/// <summary>A sensor of the machine that energy is computed from. It is read again and again; between readings nothing is known.</summary>
internal abstract class EnergySensor
{
    /// <summary>What it measures and where, such as <c>package-0 and dram (powercap)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Joules since the first reading.</summary>
    public double Joules { get; protected set; }

    /// <summary>The longest time in seconds between two readings for which the sum is right, at the power of any processor.</summary>
    public abstract double LongestGap { get; }

    /// <summary>Reads it. <paramref name="seconds"/> is the time since any start and never falls.</summary>
    /// <exception cref="IOException">The sensor is gone.</exception>
    public abstract void Read(double seconds);
}

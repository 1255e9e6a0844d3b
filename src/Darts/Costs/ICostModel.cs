namespace MIOpenDarts.Darts.Costs;

/// <summary>
/// What parts of a network cost: counted, looked up in a table, or estimated. The cost of a network is the sum over its parts
/// (<see cref="TargetNetwork.Parts"/>).
/// </summary>
internal interface ICostModel
{
    /// <summary>As the option <c>cost</c> takes it: <c>macs</c>, <c>latency:rx580-b64-inference</c>.</summary>
    string Name { get; }

    /// <summary>Where its numbers come from: counted, measured, modelled or estimated.</summary>
    string Source { get; }

    /// <summary>Unit of its numbers; it says so where they are modelled.</summary>
    string Unit { get; }

    /// <summary>Whether its numbers are those of a model of a device, which is not there.</summary>
    bool IsModelled => false;

    /// <summary>Cost of a part; 0 for <c>none</c>.</summary>
    /// <exception cref="InvalidDataException">A table does not know the part; the message names it and the cure.</exception>
    double Of(NetworkPart part);

    /// <summary>A cost with its unit, as a user reads it.</summary>
    string Show(double cost);
}

namespace MIOpenDarts.Darts.Records;

/// <summary>Where a run took place: what a reader needs to judge its speed and to repeat it.</summary>
public sealed record RunEnvironment
{
    /// <summary>Processor name as the machine reports it.</summary>
    public required string Processor { get; init; }

    /// <summary>Width of the vectors in use, in bits; results are bit-identical only for equal widths.</summary>
    public required int SimdBits { get; init; }

    /// <summary>Worker threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Name of the backend, e.g. <c>cpu</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>Version of the .NET runtime.</summary>
    public required string DotNet { get; init; }

    /// <summary>Name and version of the operating system.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Program { get; init; }
}

namespace MIOpenDarts.Layers.Machine;

/// <summary>One thing that limits a process's memory.</summary>
/// <param name="Name">What it is called, with its value: the machine, a file of a control group, a ulimit.</param>
/// <param name="Free">Bytes that the process may still take.</param>
internal sealed record MemoryLimit(string Name, long Free)
{
    /// <summary>Free bytes and name, for a message.</summary>
    public override string ToString() => $"{Free >> 20} MiB ({Name})";
}

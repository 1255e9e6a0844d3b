namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>
/// The place of a prepared operation in the scratch memory that all operations use in turn. It is measured when the operation is planned,
/// and taken in its first pass and wherever the memory has grown, the batch has changed, or other branches have been chosen.
/// </summary>
internal sealed class ScratchPlace
{
    private readonly CpuContext context;
    private readonly IScratchLayout layout;
    private (int Generation, int Images, int Version) current = (-1, 0, 0);

    public ScratchPlace(CpuContext context, IScratchLayout layout)
    {
        (this.context, this.layout) = (context, layout);
        context.Measure(layout);
    }

    /// <summary>Lays the operation out unless it lies there already, for so many images and this choice of branches.</summary>
    public void Take(int images, int version = 0)
    {
        if (current == (context.Scratch.Generation, images, version)) return;
        context.Place(layout);
        current = (context.Scratch.Generation, images, version);
    }
}

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>What an operation keeps in scratch memory.</summary>
internal interface IScratchLayout
{
    /// <summary>
    /// Takes the memory: once at address zero, which only measures, and then for good. What threads have of their own are offsets.
    /// </summary>
    void LayOut(ref BumpAllocator shared, ref BumpAllocator thread);
}

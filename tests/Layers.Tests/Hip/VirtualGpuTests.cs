using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>Alone, because the emulator computes on every core and takes gigabytes.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

[Collection(nameof(Alone))]
[Trait("Category", "virtual-gpu")]
public class VirtualGpuTests
{
    [Fact]
    public Task Plain_operations_with_poisoned_memory() => VirtualGpu.TestAsync(typeof(HipOperationTests), "VGPU_POISON=1");

    [Fact]
    public Task The_edges_of_MIOpen() => VirtualGpu.TestAsync(typeof(HipLibraryTests), "VGPU_POISON=1");

    [Fact]
    public Task Lack_of_memory_in_the_self_test() => VirtualGpu.TestAsync(typeof(HipShortageTests));

    [Fact]
    public Task Kernels_for_every_architecture() => VirtualGpu.TestAsync(typeof(HipKernelTests));

    [Fact]
    public Task Fused_operations_with_poisoned_memory() => VirtualGpu.TestAsync(typeof(HipFusedTests), "VGPU_POISON=1");

    [Fact]
    public Task Fused_operations_with_delayed_execution() => VirtualGpu.TestAsync(typeof(HipFusedTests), "VGPU_ASYNC=1");
}

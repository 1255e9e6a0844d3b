using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

[Trait("Category", "virtual-gpu")]
public class VirtualGpuTests
{
    [Fact]
    public Task Whole_supernets_with_poisoned_memory() => VirtualGpu.TestAsync(typeof(HipGoldenTests), "VGPU_POISON=1");

    [Fact]
    public Task Search_steps_with_delayed_execution() => VirtualGpu.TestAsync(typeof(HipStepTests), "VGPU_ASYNC=1");
}

using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

[Trait("Category", "virtual-gpu")]
public class VirtualGpuTests
{
    [Fact]
    public Task Goldens_with_poisoned_memory() => VirtualGpu.TestAsync(typeof(HipGoldenTests), "VGPU_POISON=1");

    [Fact]
    public Task Resume_in_the_middle_of_an_epoch_with_delayed_execution() => VirtualGpu.TestAsync(typeof(HipResumeTests), "VGPU_ASYNC=1");

    [Fact]
    public Task Memory_copies_and_a_thousand_steps_in_dry_mode() => VirtualGpu.TestAsync(typeof(LaunchBudgetTests), "VGPU_DRY=1");

    [Fact]
    public Task The_family_with_poisoned_memory() => VirtualGpu.TestAsync(typeof(HipFamilyTests), "VGPU_POISON=1");

    [Fact]
    public Task An_alpha_step_under_a_cost() => VirtualGpu.TestAsync(typeof(HipCostTests), "VGPU_POISON=1");

    [Fact]
    public Task Decisions_within_the_reach_of_rounding() => VirtualGpu.TestAsync(typeof(HipKinkTests));

    [Fact]
    public Task Two_devices() => VirtualGpu.TestAsync(typeof(HipTwoDevicesTests), "VGPU_DEVICES=2", "VGPU_POISON=1");

    [Fact]
    public Task Two_devices_that_share_batches() => VirtualGpu.TestAsync(typeof(HipSharedBatchTests), "VGPU_DEVICES=2", "VGPU_POISON=1");

    [Fact]
    public Task Injected_faults() => VirtualGpu.TestAsync(typeof(HipFaultTests), "VGPU_DRY=1");
}

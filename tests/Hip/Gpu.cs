using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Layers.Backends.MIOpen;

namespace MIOpenDarts.Tests.Hip;

/// <summary>The GPUs of this process, real or virtual.</summary>
internal static class Gpu
{
    /// <summary>A backend on one of them, or skips the test.</summary>
    public static MIOpenBackend Create(int ordinal = 0)
    {
        Assert.SkipUnless(
            HipDevice.All.Count > ordinal,
            $"This process has {HipDevice.All.Count} AMD GPUs, {ordinal + 1} are needed. Run it on a machine that has them, or on the " +
                $"virtual gfx803: VirtualGpuTests does that where {VirtualGpu.Variable} is set.");
        return MIOpenBackend.Create(ordinal);
    }
}

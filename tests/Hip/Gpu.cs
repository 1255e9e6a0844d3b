using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Layers.Backends.MIOpen;

namespace MIOpenDarts.Tests.Hip;

/// <summary>The GPU of this process, real or virtual.</summary>
internal static class Gpu
{
    /// <summary>A backend on it, or skips the test.</summary>
    public static MIOpenBackend Create()
    {
        Assert.SkipUnless(
            HipDevice.All.Count > 0,
            $"This process has no AMD GPU. Run it on a machine with one, or on the virtual gfx803: VirtualGpuTests does that where {VirtualGpu.Variable} is set.");
        return MIOpenBackend.Create();
    }
}

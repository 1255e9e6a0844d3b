using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;

namespace MIOpenDarts.Interop.Tests.Errors;

public sealed class StatusTests
{
    [Theory]
    [InlineData("HipNative.hipMalloc(&pointer, (nuint)bytes)", "hipMalloc")]
    [InlineData("MIOpenNative.miopenGetVersion(&major, &minor, &patch)", "miopenGetVersion")]
    [InlineData("hipStreamQuery", "hipStreamQuery")]
    [InlineData("hipModuleLaunchKernel[saxpy]", "hipModuleLaunchKernel[saxpy]")]
    public void The_calls_name_is_taken_from_the_source_text(string source, string name) => Assert.Equal(name, Status.Name(source));

    [Theory]
    [InlineData("gfx803", "gfx803")]
    [InlineData("gfx90a:sramecc+:xnack-", "gfx90a")]
    public void The_architecture_is_the_name_without_features(string name, string architecture) =>
        Assert.Equal(architecture, DeviceArchitecture.WithoutFeatures(name));

    [Fact]
    public void On_any_machine_the_devices_or_the_reason_for_none_are_known()
    {
        Assert.Equal(HipDevice.All.Count == 0, HipDevice.WhyNone is not null);
        Assert.Equal(HipDevice.All.Count, HipDevice.All.Select(d => d.Ordinal).Distinct().Count());
    }
}

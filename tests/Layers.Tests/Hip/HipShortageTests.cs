using System.Text.RegularExpressions;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>The self-test on a device that has too little memory, or does not give it, on the virtual gfx803.</summary>
[Trait("Category", "gpu")]
public partial class HipShortageTests
{
    private const int OutOfMemory = 2, Unknown = 999;

    [Fact]
    public void The_self_test_takes_no_more_memory_than_it_says()
    {
        var before = VirtualDevice.LiveBytes;
        VirtualDevice.Reset();
        Require();
        TestContext.Current.TestOutputHelper?.WriteLine($"{(VirtualDevice.PeakBytes - before) >> 10} KiB");
        Assert.InRange(VirtualDevice.PeakBytes - before, MemoryShortage.Need / 4, MemoryShortage.Need);
    }

    [Fact]
    public void A_failing_allocation_is_told_as_lack_of_memory_by_whatever_library_it_comes()
    {
        Require(); // What libraries keep for the rest of the process.
        VirtualDevice.Reset();
        Require();
        var calls = VirtualDevice.Functions.Single(f => f.Function == "hipMalloc").Calls;
        for (var call = 1L; call <= calls; call += Math.Max(1, calls / 16))
        {
            VirtualDevice.Fail("hipMalloc", call, OutOfMemory);
            var error = Record.Exception(Require);
            VirtualDevice.Fail("hipMalloc", 0);
            var message = Assert.IsType<BackendUnavailableException>(error).Message;
            Assert.True(Told().IsMatch(message), $"call {call} of {calls}: {message}");
        }

        Require();
    }

    [Fact]
    public void Where_a_library_fails_for_another_reason_its_results_are_not_blamed()
    {
        VirtualDevice.Fail("hipMalloc", 1, Unknown);
        var error = Record.Exception(Require);
        VirtualDevice.Fail("hipMalloc", 0);
        var message = Assert.IsType<BackendUnavailableException>(error).Message;
        Assert.Contains("hipblasCreate failed", message);
        Assert.DoesNotContain("wrong", message);
        Assert.DoesNotContain("device memory", message);
    }

    private static void Require()
    {
        using var gpu = Gpu.Create();
        SelfTest.Require(gpu);
    }

    [GeneratedRegex(@"got no memory \(.*\); \d+ of \d+ MiB of device memory are free now: something else may have taken it")]
    private static partial Regex Told();
}

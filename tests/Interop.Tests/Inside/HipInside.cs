using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process with a real HIP runtime and no GPU.</summary>
public sealed unsafe class HipInside
{
    [InsideFact]
    public void The_libraries_are_those_of_the_one_generation_that_was_named()
    {
        Assert.Equal(World.Current![0] - '0', Rocm.Major);
        Assert.StartsWith(Environment.GetEnvironmentVariable("MIOPENDARTS_ROCM")!, Rocm.PathOf(RocmLibrary.Hip), StringComparison.Ordinal);
        var hips = File.ReadLines("/proc/self/maps").Select(l => Sonames.HipMajor(l)).Where(m => m is not null).Distinct();
        Assert.Equal([Rocm.Major], hips);
    }

    [InsideFact]
    public void No_device_is_an_answer_with_causes_and_not_an_exception()
    {
        Assert.Empty(HipDevice.All);
        Assert.Contains("No AMD GPU found", HipDevice.WhyNone, StringComparison.Ordinal);
        Assert.Contains("answered 100", HipDevice.WhyNone, StringComparison.Ordinal);
        Assert.Contains("/dev/kfd", HipDevice.WhyNone, StringComparison.Ordinal);
    }

    [InsideFact]
    public void A_failed_call_names_itself_its_status_and_what_it_means()
    {
        var e = Assert.Throws<HipException>(Allocate);
        var (status, name) = Rocm.Major == 5 ? (101, "hipErrorInvalidDevice") : (100, "hipErrorNoDevice");
        Assert.Equal(("hipMalloc", status, name), (e.Call, e.Status, e.StatusName));
        Assert.True(e.IsNoDevice);
        Assert.False(e.IsOutOfMemory);
        Assert.StartsWith($"hipMalloc failed with HIP status {status} ({name}): ", e.Message, StringComparison.Ordinal);
    }

    [InsideFact]
    public void The_place_of_the_libraries_is_frozen_once_they_were_looked_for()
    {
        _ = HipDevice.All;
        var e = Assert.Throws<InvalidOperationException>(() => Rocm.Configure("/"));
        Assert.Contains("before the first use", e.Message, StringComparison.Ordinal);
    }

    [InsideFact]
    public void Devices_can_be_asked_for_by_many_threads_at_once()
    {
        var answers = new IReadOnlyList<HipDevice>[16];
        Parallel.For(0, answers.Length, i => answers[i] = HipDevice.All);
        Assert.All(answers, a => Assert.Same(answers[0], a));
    }

    private static void Allocate()
    {
        void* pointer;
        Status.Check(HipNative.hipMalloc(&pointer, 16));
    }
}

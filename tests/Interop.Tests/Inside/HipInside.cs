using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Streams;
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
    public void Lack_of_memory_is_told_from_other_failures()
    {
        var e = Status.Failure(hipError_t.hipErrorOutOfMemory, nameof(HipNative.hipMalloc));
        Assert.Equal(("hipMalloc", 2, "hipErrorOutOfMemory"), (e.Call, e.Status, e.StatusName));
        Assert.Contains(Rocm.Major == 5 ? "hipErrorOutOfMemory" : "out of memory", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsOutOfMemory);
        Assert.False(e.IsNoDevice);
    }

    [InsideFact]
    public void Nothing_on_a_device_that_is_not_there_is_an_exception_and_leaves_nothing_behind()
    {
        var device = (HipDevice)RuntimeHelpers.GetUninitializedObject(typeof(HipDevice));
        var live = NativeHandle.LiveCount;
        Action[] attempts =
        [
            () => DeviceBuffer.Allocate(device, 16), () => PinnedBuffer.Allocate(device, 16), () => HipStream.Create(device),
            () => HipEvent.Create(device), () => MemoryPool.From(device),
        ];
        Assert.All(attempts, attempt => Assert.True(Assert.Throws<HipException>(attempt).IsNoDevice));
        Assert.Equal((live, 0), (NativeHandle.LiveCount, NativeHandle.FailedReleaseCount));
    }

    [InsideFact]
    public void A_call_that_succeeds_after_one_that_failed_is_no_failure()
    {
        Assert.Throws<HipException>(Allocate);
        int version;
        Status.Check(HipNative.hipRuntimeGetVersion(&version));
        Assert.Equal(Rocm.Major, version / 10_000_000);
        Assert.True(Status.IsReady(hipError_t.hipSuccess));
        Assert.False(Status.IsReady(hipError_t.hipErrorNotReady));
        Assert.Throws<HipException>(() => Status.IsReady(hipError_t.hipErrorLaunchFailure));
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

using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>
/// Every HIP function that a step calls fails once at its first, a middle and its last call, in dry mode on the virtual gfx803.
/// </summary>
[Trait("Category", "gpu")]
public class HipFaultTests
{
    private const int OutOfMemory = 2;
    private static readonly StepConfiguration Tiny = new("tiny", new SupernetShape(3, 8, 8, 10, 2, 3, 2, 2), 2);

    // These tell something and do nothing. Where the properties are missing, rocBLAS ends the process (std::terminate behind
    // unordered_map::at).
    private static readonly string[] Questions = ["hipGetDevicePropertiesR0600", "hipGetLastError", "hipPeekAtLastError", "hipGetErrorName",
        "hipGetErrorString", "hipPointerGetAttributes"];

    [Fact]
    public void A_failing_call_is_named_and_nothing_stays_allocated()
    {
        Step(); // What libraries keep for the rest of the process.
        var before = (VirtualDevice.LiveBytes, VirtualDevice.LiveAllocations);
        VirtualDevice.Reset();
        Step();
        var functions = VirtualDevice.Functions.Where(f => !Questions.Contains(f.Function)).ToList();
        Assert.Contains(functions, f => f.Function == "hipModuleLaunchKernel");
        Assert.Equal(before, (VirtualDevice.LiveBytes, VirtualDevice.LiveAllocations));
        foreach (var (function, calls) in functions)
            foreach (var call in new[] { 1, Middle(function, calls), calls }.Distinct())
            {
                // If a library ends the process, this line says at what.
                Console.Error.WriteLine($"{function}, call {call} of {calls} fails");
                VirtualDevice.Fail(function, call);
                var error = Record.Exception(Step);
                VirtualDevice.Fail(function, 0);
                // Null where a library goes on without what it asked for.
                Assert.True(error is null or RocmException or BackendUnavailableException, $"{function}, call {call}: {error}");
                // What cannot be given back stays, but no more than that.
                if (GivesBack(function)) before = (VirtualDevice.LiveBytes, VirtualDevice.LiveAllocations);
                Assert.True(before == (VirtualDevice.LiveBytes, VirtualDevice.LiveAllocations),
                    $"{function}, call {call} of {calls} leaves memory behind: {error?.Message}");
            }

        Step();
        Assert.Equal(before, (VirtualDevice.LiveBytes, VirtualDevice.LiveAllocations));
    }

    [Fact]
    public void A_failing_allocation_is_told_as_lack_of_memory_and_nothing_stays_allocated()
    {
        Step();
        var before = (VirtualDevice.LiveBytes, VirtualDevice.LiveAllocations);
        VirtualDevice.Reset();
        Step();
        var calls = VirtualDevice.Functions.Single(f => f.Function == "hipMalloc").Calls;
        var told = 0;
        for (var call = 1; call <= calls; call++)
        {
            VirtualDevice.Fail("hipMalloc", call, OutOfMemory);
            var error = Record.Exception(Step);
            VirtualDevice.Fail("hipMalloc", 0);
            Assert.True(error is null or OutOfMemoryException or PlanDoesNotFitException or RocmException, $"call {call}: {error}");
            told += error is OutOfMemoryException or PlanDoesNotFitException ? 1 : 0;
            Assert.Equal(before, (VirtualDevice.LiveBytes, VirtualDevice.LiveAllocations));
        }

        Assert.InRange(told, 3, calls);
    }

    // hipGetDevice is asked by the libraries. Of its calls one before rocBLAS begins, which ends the process there and, at its end, keeps
    // its memory.
    private static long Middle(string function, long calls) => function == "hipGetDevice" ? calls / 3 : (calls + 1) / 2;

    private static bool GivesBack(string function) =>
        function is "hipFree" or "hipHostFree" or "hipModuleUnload" || function.EndsWith("Destroy", StringComparison.Ordinal);

    private static void Step()
    {
        using var gpu = Gpu.Create();
        using var step = new PreparedStep(gpu, Tiny, unrolled: false);
        step.Run(StepKind.AlphasFirstOrder);
        step.Run(StepKind.Weights);
    }
}

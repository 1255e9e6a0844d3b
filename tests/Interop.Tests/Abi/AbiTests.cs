using System.Runtime.InteropServices;

namespace MIOpenDarts.Interop.Tests.Abi;

public sealed class AbiTests
{
    public static TheoryData<string, string> Headers => new()
    {
        { "7.2.4", "hip" }, { "7.2.4", "hiprtc" }, { "7.2.4", "miopen" }, { "7.2.4", "hipblas" },
        { "6.4.3", "hip" }, { "6.4.3", "hiprtc" }, { "6.4.3", "miopen" }, { "6.4.3", "hipblas" },
        { "5.7.1", "hip" }, { "5.7.1", "hiprtc" }, { "5.7.1", "hipblas" },
        { "5.2.3", "hip" }, { "5.2.3", "hiprtc" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task Every_binding_agrees_with_the_real_headers_but_for_the_listed_differences(string generation, string library)
    {
        Needs.Compiler();
        var claims = Binding.OfAssembly().Where(b => b.Library == library).ToArray();
        var failures = await Probe.FailuresAsync(claims, library, Needs.Headers(generation));
        var differences = KnownDifference.Of(generation, library);
        Assert.DoesNotContain(failures, f => !differences.Any(d => d.Covers(f)));
        Assert.All(differences, d => Assert.Contains(failures, d.Covers));
    }

    [Theory]
    [InlineData("hip", 400)]
    [InlineData("hiprtc", 24)]
    [InlineData("miopen", 280)]
    [InlineData("hipblas", 40)]
    public void The_probe_covers_the_whole_of_each_library(string library, int atLeast) =>
        Assert.True(Binding.OfAssembly().Count(b => b.Library == library) >= atLeast);

    [Fact]
    public void Nothing_of_the_raw_layer_is_public() => Assert.DoesNotContain(
        typeof(Generated.hipError_t).Assembly.GetExportedTypes(), t => t.Namespace == typeof(Generated.hipError_t).Namespace);

    [Fact]
    public async Task A_wrong_signature_size_offset_value_or_name_makes_the_probe_fail()
    {
        Needs.Compiler();
        var claims = Binding.Of([typeof(WrongFunctions), typeof(WrongFunctions.hipKernelNodeParams), typeof(WrongFunctions.hipMemcpyKind)]);
        var failures = await Probe.FailuresAsync(claims, "hip", Needs.Headers("6.4.3"));
        Assert.Equal(
            [
                "hipFree", "hipKernelNodeParams", "hipKernelNodeParams.padding", "hipKernelNodeParams.sharedMemBytes", "hipMalloc",
                "hipMemcpy",
                "hipMemcpyKind.hipMemcpyHostToDevice", "hipNoSuchFunction", "hipStreamNonBlocking",
            ],
            failures.Order());
    }

#pragma warning disable SYSLIB1054, CA1401, CA1060, CA5392, CS0649 // Deliberately wrong, never called.
    private static unsafe class WrongFunctions
    {
        public const int hipStreamNonBlocking = 2;

        public enum hipMemcpyKind
        {
            hipMemcpyHostToHost = 0,
            hipMemcpyHostToDevice = 7,
        }

        [DllImport("wrong")]
        public static extern Generated.hipError_t hipMalloc(void** pointer, uint bytes);

        [DllImport("wrong")]
        public static extern Generated.hipError_t hipFree(nuint pointer);

        [DllImport("wrong")]
        public static extern Generated.hipError_t hipMemcpy(void* to, void* from, nuint bytes, int kind);

        [DllImport("wrong")]
        public static extern Generated.hipError_t hipNoSuchFunction();

        [DllImport("wrong")]
        public static extern Generated.hipError_t hipDeviceSynchronize();

        public struct hipKernelNodeParams
        {
            public Generated.dim3 blockDim;
            public void** extra;
            public void* func;
            public Generated.dim3 gridDim;
            public void** kernelParams;
            public uint padding;
            public ulong sharedMemBytes;
        }
    }
#pragma warning restore SYSLIB1054, CA1401, CA1060, CA5392, CS0649
}

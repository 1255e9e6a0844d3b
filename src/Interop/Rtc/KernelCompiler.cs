using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.Rtc;

/// <summary>
/// Compiles kernels with hipRTC and remembers the results. Works without a GPU, for any architecture that this ROCm knows.
/// </summary>
/// <param name="cache">Where results are kept; null keeps none.</param>
public sealed class KernelCompiler(CodeObjectCache? cache)
{
    private static readonly Lazy<string> Version = new(ReadVersion);

    // The hipRTC of ROCm 5.2 crashes when two threads compile at once.
    private static readonly Lock OneAtATime = new();

    /// <summary>The compiler's version, for example "hipRTC 9.0, HIP 60443484".</summary>
    /// <exception cref="RocmNotFoundException">There is no hipRTC.</exception>
    public static string CompilerVersion => Version.Value;

    /// <summary>Compiles a source, or takes it from the cache.</summary>
    /// <exception cref="HipRtcException">It does not compile; <see cref="HipRtcException.Log"/> says where and why.</exception>
    /// <exception cref="RocmNotFoundException">There is no hipRTC.</exception>
    public CodeObject Compile(KernelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var key = source.Key(CompilerVersion);
        if (cache?.TryRead(key) is { } kept)
        {
            return new CodeObject(kept, "", FromCache: true);
        }
        var (code, log) = CompileNow(source);
        cache?.Write(key, code);
        return new CodeObject(code, log, FromCache: false);
    }

    private static (byte[] Code, string Log) CompileNow(KernelSource source)
    {
        lock (OneAtATime)
        {
            using var program = HipRtcProgram.Create(source.Text, source.Name);
            return program.Compile(source.CompilerOptions);
        }
    }

    private static unsafe string ReadVersion()
    {
        Rocm.Require(RocmLibrary.HipRtc);
        int major, minor, hip;
        Status.Check(HipRtcNative.hiprtcVersion(&major, &minor));
        var known = HipNative.hipRuntimeGetVersion(&hip) == hipError_t.hipSuccess;
        return known ? $"hipRTC {major}.{minor}, HIP {hip}" : $"hipRTC {major}.{minor}";
    }
}

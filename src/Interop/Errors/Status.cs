using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>
/// Turns a status into an exception. The call's name comes from the caller's own source text, so it is always the one that was called.
/// </summary>
internal static unsafe class Status
{
    public static void Check(hipError_t status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != hipError_t.hipSuccess)
        {
            throw Failure(status, call);
        }
    }

    /// <summary>Whether what was asked about is done: that it is not is an answer and no failure.</summary>
    public static bool IsReady(hipError_t status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == hipError_t.hipErrorNotReady)
        {
            _ = HipNative.hipGetLastError();
            return false;
        }
        Check(status, call);
        return true;
    }

    public static void Check(miopenStatus_t status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != miopenStatus_t.miopenStatusSuccess)
        {
            throw new MIOpenException(Name(call), status, Text(MIOpenNative.miopenGetErrorString(status)));
        }
    }

    public static void Check(hipblasStatus_t status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != hipblasStatus_t.HIPBLAS_STATUS_SUCCESS)
        {
            throw new HipBlasException(Name(call), status, Text(HipBlasNative.hipblasStatusToString(status)));
        }
    }

    public static void Check(hiprtcResult status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != hiprtcResult.HIPRTC_SUCCESS)
        {
            throw new HipRtcException(Name(call), status, Text(HipRtcNative.hiprtcGetErrorString(status)), log: "");
        }
    }

    /// <summary>
    /// Only the returned status counts, in every generation. ROCm 6 keeps the result of the last call for hipGetLastError, ROCm 7 the last
    /// failure until somebody asks: MIOpen and rocBLAS ask, and would take our failure for theirs. So a failure that was reported is also
    /// read away.
    /// </summary>
    public static HipException Failure(hipError_t status, string call)
    {
        _ = HipNative.hipGetLastError();
        return new HipException(Name(call), status, Text(HipNative.hipGetErrorName(status)), Text(HipNative.hipGetErrorString(status)));
    }

    /// <summary>A C string's text; empty for null.</summary>
    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>"hipMalloc" out of "HipNative.hipMalloc(&amp;pointer, bytes)".</summary>
    internal static string Name(string call)
    {
        var end = call.IndexOf('(', StringComparison.Ordinal);
        var head = end < 0 ? call : call[..end];
        return head[(head.LastIndexOf('.') + 1)..].Trim();
    }
}

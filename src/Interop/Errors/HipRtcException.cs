using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>A hipRTC call failed, most often because a kernel's source does not compile.</summary>
public sealed class HipRtcException : RocmException
{
    internal HipRtcException(string call, hiprtcResult status, string text, string log)
        : base("hipRTC", call, (int)status, status.ToString(), log.Length > 0 ? text + Environment.NewLine + log : text) => Log = log;

    /// <summary>The compiler's messages; empty when the failure was not one of compilation.</summary>
    public string Log { get; }
}

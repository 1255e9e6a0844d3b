using System.Text;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Rtc;

/// <summary>One compilation: source in, machine code and the compiler's log out. Needs no GPU.</summary>
internal sealed unsafe class HipRtcProgram : NativeHandle
{
    private HipRtcProgram()
    {
    }

    public static HipRtcProgram Create(string source, string name)
    {
        var program = new HipRtcProgram();
        hiprtcProgram created;
        fixed (byte* text = Encoding.UTF8.GetBytes(source + '\0'), file = Encoding.UTF8.GetBytes(name + '\0'))
        {
            Status.Check(HipRtcNative.hiprtcCreateProgram(&created, text, file, 0, null, null));
        }
        program.Own(created);
        return program;
    }

    /// <summary>Compiles.</summary>
    /// <returns>The code object and the compiler's warnings.</returns>
    /// <exception cref="HipRtcException">The source does not compile: its log says where.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public (byte[] Code, string Log) Compile(IReadOnlyList<string> options)
    {
        using var held = Leases.Open();
        var program = (hiprtcProgram)held[this];
        var status = Compile(program, options);
        var log = Log(program);
        if (status != hiprtcResult.HIPRTC_SUCCESS)
        {
            var text = Status.Text(HipRtcNative.hiprtcGetErrorString(status));
            throw new HipRtcException(nameof(HipRtcNative.hiprtcCompileProgram), status, text, log);
        }
        nuint size;
        Status.Check(HipRtcNative.hiprtcGetCodeSize(program, &size));
        var code = new byte[checked((int)size)];
        fixed (byte* bytes = code)
        {
            Status.Check(HipRtcNative.hiprtcGetCode(program, bytes));
        }
        return (code, log);
    }

    private protected override bool Destroy()
    {
        var program = (hiprtcProgram)handle;
        return HipRtcNative.hiprtcDestroyProgram(&program) == hiprtcResult.HIPRTC_SUCCESS;
    }

    private static hiprtcResult Compile(hiprtcProgram program, IReadOnlyList<string> options)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(options.Select(o => o + '\0')));
        var starts = stackalloc byte*[Math.Max(options.Count, 1)];
        fixed (byte* first = text)
        {
            var at = first;
            for (var i = 0; i < options.Count; i++)
            {
                starts[i] = at;
                at += Encoding.UTF8.GetByteCount(options[i]) + 1;
            }
            return HipRtcNative.hiprtcCompileProgram(program, options.Count, starts);
        }
    }

    private static string Log(hiprtcProgram program)
    {
        nuint size;
        if (HipRtcNative.hiprtcGetProgramLogSize(program, &size) != hiprtcResult.HIPRTC_SUCCESS || size <= 1)
        {
            return "";
        }
        var log = new byte[checked((int)size) + 1];
        fixed (byte* bytes = log)
        {
            return HipRtcNative.hiprtcGetProgramLog(program, bytes) == hiprtcResult.HIPRTC_SUCCESS ? Status.Text(bytes).Trim() : "";
        }
    }
}

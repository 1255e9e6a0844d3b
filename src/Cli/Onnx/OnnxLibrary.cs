using Microsoft.ML.OnnxRuntime;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Onnx;

/// <summary>ONNX Runtime's native library, which comes for some platforms alone.</summary>
internal static class OnnxLibrary
{
    /// <summary>Opens something of it.</summary>
    /// <exception cref="BackendUnavailableException">It does not load here; the text says where it comes from.</exception>
    public static T Open<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException
            or BadImageFormatException)
        {
            throw new BackendUnavailableException(
                $"ONNX Runtime's native library does not load here ({FirstLine(e.InnerException ?? e)}); it comes with the package "
                + "miopendarts for x86-64 Linux and Windows, so install that anew", e);
        }
    }

    /// <summary>What an exception of it says, in one line.</summary>
    public static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim().TrimEnd('.');

    /// <summary>Its version.</summary>
    /// <exception cref="BackendUnavailableException">It does not load here.</exception>
    public static string Version => Open(() => OrtEnv.Instance().GetVersionString());
}

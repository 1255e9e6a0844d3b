using Microsoft.Win32.SafeHandles;

namespace MIOpenDarts.Cli;

/// <summary>
/// Standard error by itself. The console's own streams write under one lock, so that a message would wait for whoever does not read the
/// output.
/// </summary>
internal static class DirectError
{
    /// <summary>A writer that keeps nothing back.</summary>
    /// <param name="console">What to take for a file, which never waits, and of which each stream would have a place of its own.</param>
    public static TextWriter Of(TextWriter console)
    {
        var stream = new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? console : new StreamWriter(stream) { AutoFlush = true };
    }
}

using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Cli.Usage;

/// <summary>Writes the file that an option names.</summary>
internal static class OutputFile
{
    /// <summary>Writes a text.</summary>
    /// <exception cref="IOException">It cannot be written; the text names file, cause and option.</exception>
    public static void Write(string option, string file, string text) => Write(option, file, path => WholeFile.Write(path, text));

    /// <summary>Lets a routine write.</summary>
    /// <exception cref="IOException">It cannot be written; the text names file, cause and option.</exception>
    public static void Write(string option, string file, Action<string> write)
    {
        try
        {
            write(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var cause = Directory.Exists(file) ? "it is a folder" : e.Message.TrimEnd('.');
            throw new IOException($"{file}: cannot be written ({cause}); choose another {option}", e);
        }
    }
}

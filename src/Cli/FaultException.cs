using System.Runtime.InteropServices;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli;

/// <summary>A fault of this program: one line for the screen, which names the file that has all the rest.</summary>
internal sealed class FaultException : Exception
{
    /// <summary>With the line.</summary>
    public FaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Writes the details of a failure that nobody foresaw into a folder.</summary>
    public static FaultException Create(Exception e, string folder) =>
        new($"an unexpected fault ({e.GetType().Name}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}), "
            + $"please report it; {Write(e, folder)}", e);

    private static string Write(Exception e, string folder)
    {
        var file = Path.Combine(folder, $"miopendarts-fault-{DateTime.UtcNow:yyyyMMdd-HHmmss-fff}-{Environment.ProcessId}.txt");
        try
        {
            File.WriteAllText(
                file,
                $"""
                miopendarts {RunEnvironment.ThisVersion}, {RuntimeInformation.FrameworkDescription}
                {RuntimeInformation.OSDescription}, {RunEnvironment.ThisProcessor}, {Environment.ProcessorCount} threads
                {string.Join(' ', Environment.GetCommandLineArgs())}

                {e}

                """);
            return $"details in {file}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"the details cannot be written into {folder} ({failure.Message.TrimEnd('.')})";
        }
    }
}

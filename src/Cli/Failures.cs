using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli;

/// <summary>Turns what can go wrong into one line and an exit code.</summary>
internal static class Failures
{
    /// <summary>Runs a command. A fault that a user can cause never shows a stack trace.</summary>
    public static int Guard(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (OptionsException e)
        {
            foreach (var problem in e.Problems) Tell(problem.Message);
            return ExitCode.Usage;
        }
        catch (GenotypeFormatException e)
        {
            return Tell(e.Message, ExitCode.Usage);
        }
        catch (SearchInterruptedException e)
        {
            return Tell(e.Message, ExitCode.Interrupted);
        }
        catch (Exception e) when (IsExpected(e))
        {
            return Tell(e.Message, ExitCode.Failed);
        }
    }

    private static bool IsExpected(Exception e) => e is
        DataException or CheckpointException or RunFolderException or SearchDivergedException or BackendUnavailableException
        or PlanDoesNotFitException or OutOfMemoryException or IOException or UnauthorizedAccessException or InvalidDataException;

    private static int Tell(string message, int code = ExitCode.Usage)
    {
        Console.Error.WriteLine($"miopendarts: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}

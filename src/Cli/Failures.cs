using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli;

/// <summary>Turns what can go wrong into one line and an exit code. A stack trace is for the log, never for the screen.</summary>
internal static class Failures
{
    /// <summary>Runs a command.</summary>
    public static int Guard(TextWriter error, Func<int> command)
    {
        try
        {
            return command();
        }
        catch (OptionsException e)
        {
            foreach (var problem in e.Problems) Tell(error, problem.Message, ExitCode.Usage);
            return ExitCode.Usage;
        }
        catch (GenotypeFormatException e)
        {
            return Tell(error, e.Message, ExitCode.Usage);
        }
        catch (OperationCanceledException e)
        {
            return Tell(error, e.Message, ExitCode.Interrupted);
        }
        catch (OutOfMemoryException)
        {
            return Tell(error, "there is not enough memory; a smaller batch_size, init_channels or layers needs less", ExitCode.Failed);
        }
        catch (Exception e)
        {
            return Tell(error, IsExpected(e) ? e.Message : Unexpected(e), ExitCode.Failed);
        }
    }

    /// <summary>Says one line.</summary>
    public static int Tell(TextWriter error, string message, int code)
    {
        error.WriteLine($"miopendarts: {message.ReplaceLineEndings(" ")}");
        return code;
    }

    /// <summary>What the log keeps of a failure: the message of an expected one, everything of any other.</summary>
    public static string ForLog(Exception e) => IsExpected(e) ? e.Message : e.ToString();

    private static bool IsExpected(Exception e) => e is
        OptionsException or DataException or CheckpointException or RunFolderException or SearchDivergedException or TrainingDivergedException
        or BackendUnavailableException or PlanDoesNotFitException or RocmException or RocmNotFoundException or OutOfMemoryException or IOException
        or UnauthorizedAccessException or InvalidDataException;

    private static string Unexpected(Exception e) =>
        $"unexpected {e.GetType().Name}: {e.Message.TrimEnd('.')}; this is a fault of miopendarts: please report it with the command and, if there is one, the run's log.jsonl";
}

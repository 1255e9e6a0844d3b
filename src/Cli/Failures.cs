using System.Runtime.ExceptionServices;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Mpi;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli;

/// <summary>Turns what can go wrong into one line and an exit code. A stack trace is for a file, never for the screen.</summary>
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
            foreach (var problem in e.Problems) Report(error, problem.Message, ExitCode.Usage);
            return ExitCode.Usage;
        }
        catch (Exception e)
        {
            var reported = Reported(e, Path.GetTempPath());
            return Report(error, reported.Message, CodeOf(reported));
        }
    }

    /// <summary>Says one line. Where nobody can read it any more, the exit code has to do.</summary>
    public static int Report(TextWriter error, string message, int code)
    {
        try
        {
            error.WriteLine($"miopendarts: {message.ReplaceLineEndings(" ")}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }

        return code;
    }

    /// <summary>What is reported of a failure: an expected one itself; of any other a line that names the file with its details.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="folder">Where the file goes.</param>
    public static Exception Reported(Exception e, string folder) => e switch
    {
        OutOfMemoryException =>
            new PlanDoesNotFitException("there is not enough memory; a smaller batch_size, init_channels or layers needs less", e),
        FaultException => e,
        _ when IsExpected(e) => e,
        _ => FaultException.Create(e, folder),
    };

    /// <summary>The same for a rank of MPI, whose machine may have no other folder.</summary>
    public static Exception ReportedOfRank(Exception e) => Reported(e, Path.GetTempPath());

    /// <summary>Runs what a log records: what stops it before its end becomes the last line of the log.</summary>
    /// <param name="folder">Where the details of a fault go.</param>
    /// <param name="stop">Writes that line.</param>
    /// <param name="run">What is run.</param>
    public static TResult Recorded<TResult>(string folder, Action<RunOutcome, string?> stop, Func<TResult> run)
    {
        try
        {
            return run();
        }
        catch (OperationCanceledException)
        {
            stop(RunOutcome.Interrupted, null);
            throw;
        }
        catch (Exception e)
        {
            var reported = Reported(e, folder);
            stop(RunOutcome.Failed, reported.Message);
            if (reported == e) throw;
            throw reported;
        }
    }

    /// <summary>Throws one of several reasons as it was thrown; of those that a stop leaves, one that is none.</summary>
    public static Exception Unwrapped(AggregateException several)
    {
        var reasons = several.Flatten().InnerExceptions;
        ExceptionDispatchInfo.Throw(reasons.FirstOrDefault(reason => reason is not OperationCanceledException) ?? reasons[0]);
        return several;
    }

    /// <summary>How the command ends that a failure ends.</summary>
    /// <param name="e">As it is reported.</param>
    public static int CodeOf(Exception e) => e switch
    {
        FaultException => ExitCode.Fault,
        GenotypeFormatException or LauncherException => ExitCode.Usage,
        StoppedException stopped => stopped.ExitCode,
        _ => ExitCode.Failed,
    };

    private static bool IsExpected(Exception e) => e is
        OptionsException or GenotypeFormatException or NotFiniteNumberException or DataException or CheckpointException
        or RunFolderException or RunDivergedException or BackendUnavailableException or PlanDoesNotFitException or RocmException
        or RocmNotFoundException or LauncherException or MpiException or IOException or UnauthorizedAccessException or InvalidDataException
        or InfeasibleLimitException or RankFailedException or OperationCanceledException;
}

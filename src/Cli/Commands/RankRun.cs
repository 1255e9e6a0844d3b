using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// One run whose batches the ranks of MPI share. The first has the run's folder, log and progress; the others compute with it and keep
/// nothing but a log of their own.
/// </summary>
internal static class RankRun
{
    /// <summary>Works to the end.</summary>
    /// <param name="ranks">The processes.</param>
    /// <param name="screen">Where this one writes.</param>
    /// <param name="commandLine">What was typed.</param>
    /// <param name="begin">Makes the run, or opens it; called by the first rank.</param>
    /// <param name="follow">Takes part, told the run's folder and options; called by the others.</param>
    public static int ToEnd<TOptions, THistory, TResult>(
        Ranks ranks, Screen screen, string commandLine, Func<CommandRun<TOptions, THistory, TResult>> begin,
        Action<Ranks, string, string> follow)
        where TOptions : RunOptions, new()
        where THistory : class, IRunHistory
    {
        CommandRun<TOptions, THistory, TResult>? run = null;
        try
        {
            return Together(ranks, screen, commandLine, () =>
            {
                var told = ranks.FromFirst(() =>
                {
                    run = begin();
                    run.Ranks = ranks;
                    run.RequireMore();
                    return run.HasWork ? $"{run.Path}\n{run.OptionsText}" : "";
                });
                ranks.OthersWait = told is not "";
                if (ranks.IsFirst) return run!.ToEnd();
                if (string.IsNullOrEmpty(told)) return ExitCode.Done;
                var end = told.IndexOf('\n', StringComparison.Ordinal);
                follow(ranks, told[..end], told[(end + 1)..]);
                return ExitCode.Done;
            });
        }
        finally
        {
            run?.Dispose();
        }
    }

    /// <summary>Does what all ranks do alike, once they know that they were started for the same.</summary>
    /// <param name="ranks">The processes.</param>
    /// <param name="screen">Where this one writes.</param>
    /// <param name="commandLine">What was typed.</param>
    /// <param name="work">The work.</param>
    public static int Together(Ranks ranks, Screen screen, string commandLine, Func<int> work)
    {
        try
        {
            Introduce(ranks, screen, commandLine);
            return work();
        }
        catch (Exception e) when (!ranks.OthersWait
            || e is OperationCanceledException or StoppedException or RunDivergedException or OptionsException)
        {
            // All ranks know, and the first says so. What nobody expected has a file with its details on the machine where it happened.
            if (ranks.IsFirst) throw;
            _ = Failures.ReportedOfRank(e);
            return ExitCode.Done;
        }
        catch (Exception e)
        {
            // It happened to this rank alone.
            var reported = Failures.ReportedOfRank(e);
            var code = Failures.Report(screen.Error, ranks.Prefix + reported.Message, Failures.CodeOf(reported));
            screen.Output.Flush();
            ranks.Abort(code);
            return code;
        }
    }

    /// <summary>Says who takes part, and refuses ranks that were started for different things.</summary>
    /// <exception cref="OptionsException">The ranks differ in the program or in what was typed. All of them throw it.</exception>
    public static void Introduce(Ranks ranks, Screen screen, string commandLine)
    {
        foreach (var line in ranks.DescribeCores())
            if (ranks.IsFirst) screen.Output.WriteLine(line);
        ranks.RequireSame("the program", RunEnvironment.ThisBuild);
        ranks.RequireSame("the command line", commandLine);
    }

    /// <summary>This rank's backend, which must compute as those of the others do.</summary>
    /// <exception cref="OptionsException">The ranks differ in backend or width of vectors. All of them throw it.</exception>
    public static Backend<float> Backend(Ranks ranks, RunOptions options)
    {
        var backend = ranks.Agree(() => Backends.Create(
            BackendChoice.InTurn(options.Backend, ranks.LocalRank), Backends.Threads(options.Threads, _ => { }), options.Deterministic));
        try
        {
            ranks.RequireSame("the backend", backend.Signature);
            Cut(ranks, options, backend);
            return backend;
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    /// <summary>Has a backend share batches with those of the other ranks.</summary>
    /// <exception cref="OptionsException">It cannot share what these options want; it is the same for all of them.</exception>
    public static void Cut(Ranks? ranks, RunOptions options, Backend<float> backend)
    {
        try
        {
            if (ranks is not null) backend.Leaves = ranks.Share(options);
        }
        catch (BackendUnavailableException e)
        {
            throw new OptionsException(e.Message);
        }
    }

    /// <summary>The checkpoints of the first rank, to go on from.</summary>
    public static CheckpointRing Checkpoints(string path) => CheckpointRing.ToRead(Path.Combine(path, "checkpoints"));
}

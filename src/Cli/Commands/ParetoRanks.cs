using System.Runtime.ExceptionServices;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Studies.Pareto;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// A front that the ranks of MPI find together: each evaluates, searches or trains what no other does, and they know it of each other by
/// the folder. The first says what there is to say, and writes the report.
/// </summary>
internal static class ParetoRanks
{
    /// <summary>Works to the end.</summary>
    /// <param name="ranks">The processes.</param>
    /// <param name="screen">Where this one writes.</param>
    /// <param name="commandLine">What was typed.</param>
    /// <param name="folder">Where everything goes; asked of the first rank.</param>
    /// <param name="open">Checks the words for a folder.</param>
    /// <param name="write">Keeps what was found; called by the first rank.</param>
    public static int ToEnd(
        Ranks ranks, Screen screen, string commandLine, Func<string> folder, Func<Screen, string, FrontWork> open,
        Action<string, ParetoStudy> write)
    {
        // Until the ranks have parted: a signal that nobody listens to would end one that waits for the others, and with it all of them.
        using var signals = StopSignals.Of(ranks.IsFirst ? screen : screen.Quiet);
        using (ranks)
            return RankRun.Together(
                ranks, screen, commandLine, () => ToEnd(ranks, screen, folder, open, write, signals));
    }

    private static int ToEnd(
        Ranks ranks, Screen screen, Func<string> folder, Func<Screen, string, FrontWork> open, Action<string, ParetoStudy> write,
        StopSignals signals)
    {
        FrontWork? front = null;
        var begun = ranks.FromFirst(() =>
        {
            var path = Path.GetFullPath(folder());
            front = open(screen, path);
            Directory.CreateDirectory(path);
            var mark = Guid.NewGuid().ToString();
            WholeFile.Write(MarkOf(path), mark);
            return $"{mark}\n{path}";
        });
        if (begun is null) return ExitCode.Done;
        var lines = begun.Split('\n', 2);
        Require(ranks, lines[1], lines[0]);
        var code = AbortOnFailure(ranks, screen, () =>
        {
            front ??= open(screen.Quiet, lines[1]);
            return WorkUntilStopped(ranks, screen, front, signals);
        });
        var worst = ranks.Max(code);
        // Nobody waits for what the first does from here on.
        ranks.OthersWait = false;
        if (!ranks.IsFirst) return ExitCode.Done;
        if (code != ExitCode.Done) return code;
        // What another rank was stopped at this one may have passed before, as it was held.
        var told = signals.Token.IsCancellationRequested;
        if ((told || worst != ExitCode.Done) && !front!.IsWhole())
        {
            var goesOn = $"stopped, with checkpoints; the same command with --out {lines[1]} goes on";
            return told ? throw signals.Stopped(goesOn) : Failures.Report(screen.Error, $"another rank was {goesOn}", worst);
        }

        write(lines[1], front!.Gather(signals));
        return ExitCode.Done;
    }

    // Ranks that do not see what the first writes, or what it has the lock of, would each do everything.
    private static void Require(Ranks ranks, string folder, string mark)
    {
        var seen = File.Exists(MarkOf(folder)) && File.ReadAllText(MarkOf(folder)) == mark;
        ranks.RequireSame("as the folder of the study", seen ? folder : $"another {folder}");
        if (ranks.IsFirst) File.Delete(MarkOf(folder));
        RequireLocks(ranks, folder, Path.Combine(folder, $".ranks-{mark}.lock"));
    }

    // .NET takes a lock without a word where the file system has none, and some keep locks to each machine.
    private static void RequireLocks(Ranks ranks, string folder, string file)
    {
        using var held = ranks.Agree(() => ranks.IsFirst ? FileLock.TryTake(file, FileOptions.DeleteOnClose) : null);
        using var second = ranks.Agree(() => ranks.IsFirst ? null : FileLock.TryTake(file));
        var names = ranks.Gather(second is null ? "" : $"rank {ranks.Rank} on {ranks.Node}");
        if (names.FirstOrDefault(name => name.Length > 0) is { } other)
            throw new OptionsException(
                $"{folder}: {other} can take a lock here that rank 0 holds, so that all would do the same work and overwrite each other's "
                + "lines; mount its file system with locks between machines (Lustre: -o flock; NFS: version 4, without local_lock), give "
                + "--out on another one, or start all ranks on one machine, in a folder of its own disk");
    }

    // A rank that was told to stop is where the others come to when they have done the rest, or were told the same.
    private static int WorkUntilStopped(Ranks ranks, Screen screen, FrontWork front, StopSignals signals)
    {
        try
        {
            front.Work(signals);
            return ExitCode.Done;
        }
        catch (StoppedException stopped)
        {
            return ranks.IsFirst ? Failures.Report(screen.Error, stopped.Message, stopped.ExitCode) : stopped.ExitCode;
        }
    }

    // What was right for the first and fails here fails on this rank alone, and the others would wait for it for ever.
    private static int AbortOnFailure(Ranks ranks, Screen screen, Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception e)
        {
            screen.Error.WriteLine($"miopendarts: rank {ranks.Rank} of {ranks.Size} on {ranks.Node} ends all ranks:");
            var code = Failures.Guard(screen.Error, () =>
            {
                ExceptionDispatchInfo.Throw(e);
                return ExitCode.Fault;
            });
            screen.Output.Flush();
            ranks.Abort(code);
            return code;
        }
    }

    private static string MarkOf(string folder) => Path.Combine(folder, ".ranks");
}

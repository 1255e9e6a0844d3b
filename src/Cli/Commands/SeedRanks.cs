using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A study whose seeds the ranks of MPI share: rank r of P takes every P-th seed from the r-th on.</summary>
internal static class SeedRanks
{
    /// <summary>Works to the end.</summary>
    /// <param name="ranks">The processes.</param>
    /// <param name="screen">Where this one writes.</param>
    /// <param name="commandLine">What was typed.</param>
    /// <param name="begin">Makes the study, or opens it; called by the first rank.</param>
    /// <param name="follow">Opens the study in a folder; called by the others.</param>
    public static int ToEnd(Ranks ranks, Screen screen, string commandLine, Func<SeedsRun> begin, Func<string, SeedsRun> follow)
    {
        try
        {
            RankRun.Introduce(ranks, screen, commandLine);
        }
        catch (OptionsException) when (!ranks.IsFirst)
        {
            // The first says it for all.
            return ExitCode.Done;
        }

        SeedsRun? run = null;
        var path = ranks.FromFirst(() => (run = begin()).Path);
        if (path is null) return ExitCode.Done;
        // A rank that failed still has to be where the others wait for it.
        var code = Failures.Guard(screen.Error, () =>
        {
            run ??= follow(path);
            run.Share(ranks.Rank, ranks.Size);
            run.Work();
            return ranks.IsFirst ? ExitCode.Done : Worked(run);
        });
        using (run)
        {
            var worst = ranks.Max(code);
            if (!ranks.IsFirst) return ExitCode.Done;
            return code != ExitCode.Done ? code : Math.Max(Failures.Guard(screen.Error, run!.End), worst);
        }
    }

    private static int Worked(SeedsRun run)
    {
        try
        {
            run.RequireWorked();
            return ExitCode.Done;
        }
        catch (StoppedException stopped)
        {
            // The first rank, which the launcher passes the same signal, says so for all.
            return stopped.ExitCode;
        }
    }
}

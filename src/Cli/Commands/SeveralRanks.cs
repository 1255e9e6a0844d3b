using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Commands;

/// <summary>What several processes cannot share.</summary>
internal static class SeveralRanks
{
    /// <summary>Refuses one run for several processes; the first says so for all.</summary>
    /// <exception cref="OptionsException">In the first rank.</exception>
    public static int Refuse(Ranks ranks) => ranks.IsFirst
        ? throw new OptionsException(
            $"{ranks.Size} ranks of MPI cannot share one run; give several seeds, such as --seeds 0..{Math.Max(1, ranks.Size - 1)}, "
            + "or start it without mpirun")
        : ExitCode.Done;
}

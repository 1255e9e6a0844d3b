namespace MIOpenDarts.Darts.Distributed;

/// <summary>The slices of a vector that ranks add, each for all: as long as each other, but for one number.</summary>
internal static class SumSlices
{
    /// <summary>Where a rank's slice begins; that of the rank after the last is the length.</summary>
    public static int First(int length, int rank, int size) => (int)((long)length * rank / size);
}

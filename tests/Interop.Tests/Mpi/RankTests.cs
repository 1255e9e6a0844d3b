using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Interop.Tests.Mpi;

public sealed class RankTests
{
    private static readonly string[] Inside =
        ["dotnet", "exec", typeof(RankInside).Assembly.Location, "-class", typeof(RankInside).FullName!, "-failSkips", "-noColor"];

    [Theory]
    [InlineData("openmpi", 1)]
    [InlineData("openmpi", 3)]
    [InlineData("mpich", 1)]
    [InlineData("mpich", 3)]
    public async Task Ranks_of_a_real_MPI_exchange_what_they_have(string mpi, int ranks)
    {
        var (code, output, error) = await Mpirun.Of(mpi).RunAsync(ranks, Inside);
        Assert.True(code == 0, output + error);
        Assert.Equal(ranks, output.Split("Total: 1, Errors: 0, Failed: 0, Skipped: 0").Length - 1);
    }

    [Theory]
    [InlineData("openmpi", "mpich", "MPICH")]
    [InlineData("mpich", "openmpi", "Open MPI")]
    public async Task A_library_that_does_not_belong_to_the_launcher_is_refused(string launcher, string library, string name)
    {
        _ = Mpirun.Of(library);
        var (code, output, error) = await Mpirun.Of(launcher).RunAsync(2, Inside, ("MIOPENDARTS_MPI", library));
        Assert.NotEqual(0, code);
        Assert.Contains("started 2 processes, but", output + error, StringComparison.Ordinal);
        Assert.Contains(name, output + error, StringComparison.Ordinal);
        Assert.Contains("sees 1: they do not belong together", output + error, StringComparison.Ordinal);
    }
}

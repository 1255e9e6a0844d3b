using MIOpenDarts.Interop.Mpi;

namespace MIOpenDarts.Interop.Tests.Mpi;

public sealed class LauncherTests
{
    [Theory]
    [InlineData(MpiFamily.OpenMpi, 4, 3, "OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_RANK=3")]
    [InlineData(MpiFamily.Mpich, 4, 1, "PMI_SIZE=4", "PMI_RANK=1")]
    [InlineData(MpiFamily.OpenMpi, 2, 1, "SLURM_STEP_NUM_TASKS=2", "SLURM_PROCID=1", "SLURM_MPI_TYPE=pmix", "PMIX_RANK=1")]
    [InlineData(MpiFamily.Mpich, 2, 1, "SLURM_STEP_NUM_TASKS=2", "SLURM_PROCID=1", "SLURM_MPI_TYPE=pmi2", "PMI_SIZE=2", "PMI_RANK=1")]
    [InlineData(MpiFamily.OpenMpi, 4, 0, "OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_RANK=0", "PMI_SIZE=1")]
    [InlineData(MpiFamily.Mpich, 4, 3, "OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_RANK=3", "MIOPENDARTS_MPI=mpich")]
    [InlineData(MpiFamily.OpenMpi, 2, 0, "SLURM_STEP_NUM_TASKS=2", "SLURM_PROCID=0", "MIOPENDARTS_MPI=openmpi")]
    internal void The_launcher_is_told_by_its_variables(MpiFamily family, int size, int rank, params string[] variables)
    {
        var found = Launcher.Detect(Of(variables));
        Assert.Equal((family, size, rank), (found!.Family, found.Size, found.Rank));
    }

    [Theory]
    [InlineData]
    [InlineData("SLURM_NTASKS=2", "SLURM_PROCID=0")] // A batch script.
    [InlineData("SLURM_STEP_NUM_TASKS=1", "SLURM_MPI_TYPE=none")] // A step of a job array.
    [InlineData("OMPI_COMM_WORLD_SIZE=4", "MIOPENDARTS_MPI=none")]
    [InlineData("SLURM_STEP_NUM_TASKS=2", "MIOPENDARTS_MPI=none")]
    [InlineData("PMI_SIZE=")]
    public void A_process_that_was_started_alone_has_none(params string[] variables) => Assert.Null(Launcher.Detect(Of(variables)));

    [Theory]
    [InlineData("srun started 2 processes without an MPI", "SLURM_STEP_NUM_TASKS=2", "SLURM_MPI_TYPE=none")]
    [InlineData("--mpi=pmix", "SLURM_STEP_NUM_TASKS=2")]
    [InlineData("MIOPENDARTS_MPI is 'lam'; allowed is openmpi, mpich or none", "OMPI_COMM_WORLD_SIZE=2", "MIOPENDARTS_MPI=lam")]
    public void What_cannot_be_is_refused_with_the_cure(string words, params string[] variables) => Assert.Contains(
        words, Assert.Throws<LauncherException>(() => Launcher.Detect(Of(variables))).Message, StringComparison.Ordinal);

    private static Func<string, string?> Of(string[] variables) =>
        name => variables.Select(v => v.Split('=', 2)).FirstOrDefault(v => v[0] == name)?[1];
}

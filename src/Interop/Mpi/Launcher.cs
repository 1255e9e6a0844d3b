using System.Globalization;

namespace MIOpenDarts.Interop.Mpi;

/// <summary>What started this process as one of several: its environment variables tell, before any library is opened.</summary>
/// <param name="Family">The MPI that it belongs to.</param>
/// <param name="Name">For messages.</param>
/// <param name="Size">How many processes it started.</param>
/// <param name="Rank">Which of them this is.</param>
internal sealed record Launcher(MpiFamily Family, string Name, int Size, int Rank)
{
    /// <summary>The variable that overrules what the launcher's own say: openmpi, mpich or none.</summary>
    public const string Variable = "MIOPENDARTS_MPI";

    /// <summary>The launcher of this process; null where it was started alone, so that MPI is not to be touched.</summary>
    /// <param name="environment">Gives the value of a variable, or null.</param>
    /// <exception cref="LauncherException">Slurm started several processes without an MPI among them.</exception>
    public static Launcher? Detect(Func<string, string?> environment)
    {
        var chosen = environment(Variable) ?? "";
        if (chosen == "none")
        {
            return null;
        }
        if (Number("OMPI_COMM_WORLD_SIZE") is { } ofOpenMpi)
        {
            return new(Overruled(MpiFamily.OpenMpi)!.Value, "mpirun of Open MPI", ofOpenMpi, Number("OMPI_COMM_WORLD_RANK") ?? 0);
        }
        if (Number("PMI_SIZE") is { } ofMpich)
        {
            return new(Overruled(MpiFamily.Mpich)!.Value, "mpiexec of MPICH", ofMpich, Number("PMI_RANK") ?? 0);
        }
        // A batch script has SLURM_NTASKS and SLURM_PROCID without being one of several; only a step has the number of its tasks.
        if (Number("SLURM_STEP_NUM_TASKS") is not { } tasks || tasks < 2)
        {
            return null;
        }
        MpiFamily? own = environment("SLURM_MPI_TYPE") switch { "pmix" => MpiFamily.OpenMpi, "pmi2" => MpiFamily.Mpich, _ => null };
        var family = Overruled(own) ?? throw new LauncherException(
            $"srun started {tasks} processes without an MPI among them, so each would be alone; say srun --mpi=pmix (Open MPI) or "
            + $"--mpi=pmi2 (MPICH), or set {Variable}=none if each is to work alone");
        return new(family, "srun", tasks, Number("SLURM_PROCID") ?? 0);

        int? Number(string name) =>
            int.TryParse(environment(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

        MpiFamily? Overruled(MpiFamily? found) => chosen switch
        {
            "" => found,
            "openmpi" => MpiFamily.OpenMpi,
            "mpich" => MpiFamily.Mpich,
            _ => throw new LauncherException($"{Variable} is '{chosen}'; allowed is openmpi, mpich or none"),
        };
    }
}

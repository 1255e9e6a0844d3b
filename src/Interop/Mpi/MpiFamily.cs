namespace MIOpenDarts.Interop.Mpi;

/// <summary>The implementations of MPI that launchers belong to.</summary>
internal enum MpiFamily
{
    /// <summary>Open MPI.</summary>
    OpenMpi,

    /// <summary>MPICH and those with its ABI: Intel MPI, MVAPICH, Cray MPICH.</summary>
    Mpich,
}

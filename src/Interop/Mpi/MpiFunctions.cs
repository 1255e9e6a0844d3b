namespace MIOpenDarts.Interop.Mpi;

/// <summary>
/// The functions of MPI that are used, none of which has an MPI_Status. A handle is declared as wide as a register in every ABI; counts and
/// displacements are in elements.
/// </summary>
/// <param name="export">Gives the address of a function of the library.</param>
internal sealed unsafe class MpiFunctions(Func<string, nint> export)
{
    /// <summary>argc, argv, required, provided.</summary>
    public readonly delegate* unmanaged<int*, byte***, int, int*, int> MPI_Init_thread =
        (delegate* unmanaged<int*, byte***, int, int*, int>)export(nameof(MPI_Init_thread));

    /// <summary>flag.</summary>
    public readonly delegate* unmanaged<int*, int> MPI_Initialized = (delegate* unmanaged<int*, int>)export(nameof(MPI_Initialized));

    /// <summary>No arguments.</summary>
    public readonly delegate* unmanaged<int> MPI_Finalize = (delegate* unmanaged<int>)export(nameof(MPI_Finalize));

    /// <summary>comm, rank.</summary>
    public readonly delegate* unmanaged<nint, int*, int> MPI_Comm_rank =
        (delegate* unmanaged<nint, int*, int>)export(nameof(MPI_Comm_rank));

    /// <summary>comm, size.</summary>
    public readonly delegate* unmanaged<nint, int*, int> MPI_Comm_size =
        (delegate* unmanaged<nint, int*, int>)export(nameof(MPI_Comm_size));

    /// <summary>comm, error handler.</summary>
    public readonly delegate* unmanaged<nint, nint, int> MPI_Comm_set_errhandler =
        (delegate* unmanaged<nint, nint, int>)export(nameof(MPI_Comm_set_errhandler));

    /// <summary>code, text, length.</summary>
    public readonly delegate* unmanaged<int, byte*, int*, int> MPI_Error_string =
        (delegate* unmanaged<int, byte*, int*, int>)export(nameof(MPI_Error_string));

    /// <summary>text, length.</summary>
    public readonly delegate* unmanaged<byte*, int*, int> MPI_Get_library_version =
        (delegate* unmanaged<byte*, int*, int>)export(nameof(MPI_Get_library_version));

    /// <summary>text, length.</summary>
    public readonly delegate* unmanaged<byte*, int*, int> MPI_Get_processor_name =
        (delegate* unmanaged<byte*, int*, int>)export(nameof(MPI_Get_processor_name));

    /// <summary>src, dst, count, type, operation, comm.</summary>
    public readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, int> MPI_Allreduce =
        (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)export(nameof(MPI_Allreduce));

    /// <summary>src, count, type, dst, counts, displacements, type, comm.</summary>
    public readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> MPI_Allgatherv =
        (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)export(nameof(MPI_Allgatherv));

    /// <summary>src, counts, displacements, type, dst, counts, displacements, type, comm.</summary>
    public readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int> MPI_Alltoallv =
        (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>)export(nameof(MPI_Alltoallv));

    /// <summary>data, count, type, root, comm.</summary>
    public readonly delegate* unmanaged<void*, int, nint, int, nint, int> MPI_Bcast =
        (delegate* unmanaged<void*, int, nint, int, nint, int>)export(nameof(MPI_Bcast));

    /// <summary>comm.</summary>
    public readonly delegate* unmanaged<nint, int> MPI_Barrier = (delegate* unmanaged<nint, int>)export(nameof(MPI_Barrier));

    /// <summary>comm, code.</summary>
    public readonly delegate* unmanaged<nint, int, int> MPI_Abort = (delegate* unmanaged<nint, int, int>)export(nameof(MPI_Abort));
}

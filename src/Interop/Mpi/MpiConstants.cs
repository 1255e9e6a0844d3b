namespace MIOpenDarts.Interop.Mpi;

/// <summary>
/// The handles and numbers of one of MPI's three ABIs, as its mpi.h defines them. MPICH's handles are 32-bit numbers, Open MPI's the
/// addresses of symbols, the standard ABI's small numbers; on x86-64 each of them travels in a 64-bit register.
/// </summary>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="Int">MPI_INT.</param>
/// <param name="Long">MPI_INT64_T.</param>
/// <param name="Float">MPI_FLOAT.</param>
/// <param name="Double">MPI_DOUBLE.</param>
/// <param name="Max">MPI_MAX.</param>
/// <param name="ErrorsReturn">MPI_ERRORS_RETURN.</param>
/// <param name="InPlace">MPI_IN_PLACE.</param>
/// <param name="Funneled">MPI_THREAD_FUNNELED.</param>
/// <param name="LongestText">The longest of processor names, error texts and versions, with the terminating zero.</param>
internal sealed record MpiConstants(
    nint World, nint Byte, nint Int, nint Long, nint Float, nint Double, nint Max, nint ErrorsReturn, nint InPlace, int Funneled,
    int LongestText)
{
    /// <summary>MPICH 3 to 5, library version 12.</summary>
    public static MpiConstants Mpich { get; } = new(
        World: 0x44000000, Byte: 0x4c00010d, Int: 0x4c000405, Long: 0x4c00083a, Float: 0x4c00040a, Double: 0x4c00080b, Max: 0x58000001,
        ErrorsReturn: 0x54000001, InPlace: -1, Funneled: 1, LongestText: 8192);

    /// <summary>The ABI that MPI 5.0 defines for all implementations.</summary>
    public static MpiConstants Standard { get; } = new(
        World: 0x101, Byte: 0x247, Int: 0x209, Long: 0x258, Float: 0x210, Double: 0x214, Max: 0x23,
        ErrorsReturn: 0x143, InPlace: 1, Funneled: 1024, LongestText: 8192);

    /// <summary>Open MPI 4 to 6, library version 40.</summary>
    /// <param name="symbol">Gives the address of a symbol of the library.</param>
    public static MpiConstants OpenMpi(Func<string, nint> symbol) => new(
        symbol("ompi_mpi_comm_world"), symbol("ompi_mpi_byte"), symbol("ompi_mpi_int"), symbol("ompi_mpi_int64_t"),
        symbol("ompi_mpi_float"), symbol("ompi_mpi_double"), symbol("ompi_mpi_op_max"), symbol("ompi_mpi_errors_return"),
        InPlace: 1, Funneled: 1, LongestText: 256);
}

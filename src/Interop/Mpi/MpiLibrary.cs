using System.Runtime.InteropServices;

namespace MIOpenDarts.Interop.Mpi;

/// <summary>A library of MPI that was opened, with its functions and the handles of its ABI.</summary>
internal sealed unsafe class MpiLibrary
{
    private enum Abi
    {
        Own,
        Standard,
    }

    private MpiLibrary(string name, MpiFunctions functions, MpiConstants constants) =>
        (Name, Functions, Constants) = (name, functions, constants);

    /// <summary>The name under which the loader found it.</summary>
    public string Name { get; }

    /// <summary>Its functions.</summary>
    public MpiFunctions Functions { get; }

    /// <summary>The handles and numbers of its ABI.</summary>
    public MpiConstants Constants { get; }

    /// <summary>Opens the library that belongs to a launcher.</summary>
    /// <exception cref="LauncherException">There is none.</exception>
    public static MpiLibrary Open(Launcher launcher)
    {
        // UCX, which most libraries of MPI load, takes the signals over from which .NET makes exceptions, so that a null reference would
        // end the process. It looks at the process's environment, which .NET's own copy of it does not change.
        fixed (byte* name = "UCX_ERROR_SIGNALS"u8, none = "\0"u8)
        {
            _ = setenv(name, none, 1);
        }
        foreach (var (name, abi) in Names(launcher.Family))
        {
            if (NativeLibrary.TryLoad(name, out var handle))
            {
                nint Export(string symbol) => NativeLibrary.GetExport(handle, symbol);
                var constants = abi == Abi.Standard ? MpiConstants.Standard
                    : launcher.Family == MpiFamily.OpenMpi ? MpiConstants.OpenMpi(Export) : MpiConstants.Mpich;
                return new MpiLibrary(name, new MpiFunctions(Export), constants);
            }
        }
        var package = launcher.Family == MpiFamily.OpenMpi ? "libopenmpi3 or libopenmpi40" : "libmpich12";
        throw new LauncherException(
            $"{launcher.Name} started this process, but none of its libraries was found ({string.Join(", ", Names(launcher.Family)
                .Select(n => n.Name))}); install Debian's {package}, or add the library's folder to LD_LIBRARY_PATH");
    }

    // Where two implementations of the standard ABI are installed, its plain name is that of either: the one with the launcher's name
    // first.
    private static (string Name, Abi Abi)[] Names(MpiFamily family) => family == MpiFamily.OpenMpi
        ? [("libmpi_abi_openmpi.so.1.0.0", Abi.Standard), ("libmpi.so.40", Abi.Own), ("libmpi_abi.so.1", Abi.Standard)]
        : [
            ("libmpi_abi_mpich.so.1.0.0", Abi.Standard), ("libmpich.so.12", Abi.Own), ("libmpi.so.12", Abi.Own),
            ("libmpi_abi.so.1", Abi.Standard),
        ];

    [DllImport("libc")]
    private static extern int setenv(byte* name, byte* value, int overwrite);
}

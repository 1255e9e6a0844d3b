namespace MIOpenDarts.Interop.Mpi;

/// <summary>The launcher of this process has no library of MPI that fits it; the message has the cure.</summary>
internal sealed class LauncherException(string message) : Exception(message);

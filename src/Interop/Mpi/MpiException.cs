namespace MIOpenDarts.Interop.Mpi;

/// <summary>A call of MPI returned something else than success.</summary>
internal sealed class MpiException(string call, int status, string text) : Exception($"{call} failed with MPI status {status}: {text}")
{
    /// <summary>The name of the function.</summary>
    public string Call { get; } = call;

    /// <summary>The number it returned.</summary>
    public int Status { get; } = status;
}

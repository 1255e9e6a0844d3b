using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MIOpenDarts.Interop.Mpi;

/// <summary>
/// Tells machines apart: by the kernel that runs, as images of machines are cloned with their name, and by the name, as containers of one
/// kernel have devices and limits of their own.
/// </summary>
internal static class MachineKey
{
    /// <summary>The key of a machine or container.</summary>
    /// <param name="boot">What its kernel drew when it started; empty where it tells nothing.</param>
    /// <param name="name">Its name.</param>
    public static long Of(string boot, string name) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{boot.Trim()}\n{name}")));

    /// <summary>Numbers of the processes whose key is that of one, upwards.</summary>
    /// <param name="keys">[processes].</param>
    /// <param name="rank">Number of that one.</param>
    public static List<int> SameAs(IReadOnlyList<long> keys, int rank) =>
        [.. Enumerable.Range(0, keys.Count).Where(other => keys[other] == keys[rank])];
}

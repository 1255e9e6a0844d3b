using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MIOpenDarts.Darts.Loops;

/// <summary>A few letters that differ where states do, by which processes that share batches know that they still agree.</summary>
internal static class StateFingerprint
{
    private const int Letters = 16;

    /// <summary>The fingerprint of weights, statistics, momentum and alphas.</summary>
    public static string Of(IRunState state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var vector in new[] { state.Parameters.Values, state.Parameters.Buffers, state.Sgd.MomentumBuffer })
        {
            var numbers = new float[vector.Shape.Count];
            state.Backend.Download<float>(vector, numbers);
            hash.AppendData(MemoryMarshal.AsBytes<float>(numbers));
        }

        foreach (var alphas in state.Alphas) hash.AppendData(MemoryMarshal.AsBytes<float>(alphas));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Letters];
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MIOpenDarts.Interop.Rtc;

/// <summary>What decides over the machine code: everything that is compiled and everything it is compiled with.</summary>
/// <param name="Name">A file name for messages, for example pooling.hip.</param>
/// <param name="Text">HIP source; complete, as hipRTC is given no headers.</param>
/// <param name="Architecture">The target, for example gfx803.</param>
/// <param name="Options">Further compiler options, for example -DCHANNELS=16.</param>
public sealed record KernelSource(string Name, string Text, string Architecture, params IReadOnlyList<string> Options)
{
    /// <summary>All options as hipRTC gets them.</summary>
    internal IReadOnlyList<string> CompilerOptions => [$"--offload-arch={Architecture}", .. Options];

    /// <summary>A name for the result that changes whenever the result may.</summary>
    /// <param name="compiler">The compiler's version.</param>
    internal string Key(string compiler)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[] { compiler, Name, Text }.Concat(CompilerOptions))
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

namespace MIOpenDarts.Interop.Rtc;

/// <summary>Machine code for one architecture.</summary>
/// <param name="Bytes">The code object, for <see cref="Kernels.HipModule.Load"/>.</param>
/// <param name="Log">What the compiler said; empty when it said nothing, or when the code came from the cache.</param>
/// <param name="FromCache">Whether it was compiled earlier.</param>
public sealed record CodeObject(ReadOnlyMemory<byte> Bytes, string Log, bool FromCache);

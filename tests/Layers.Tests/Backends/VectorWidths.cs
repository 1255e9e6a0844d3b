using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Tests.Backends;

[assembly: AssemblyFixture(typeof(VectorWidths))]

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>
/// The widths of vectors, in floats, that the managed backend is tested with: on every machine all of them. What the processor (or
/// DOTNET_EnableAVX...) does not have, the runtime computes with narrower vectors. The log of a run says which are which.
/// </summary>
public sealed class VectorWidths
{
    internal static readonly int[] All = [16, 8, 4];

    /// <summary>Writes the log's line; xunit calls it once.</summary>
    public VectorWidths()
    {
        var own = All.ToLookup(IsOwn);
        TestContext.Current.SendDiagnosticMessage(
            "vectors of {0} floats are the processor's{1}", List(own[true]), own[false].Any()
                ? $", of {List(own[false])} the runtime's software"
                : "");
    }

    private static bool IsOwn(int width) => width switch
    {
        16 => Vector512.IsHardwareAccelerated,
        8 => Vector256.IsHardwareAccelerated,
        _ => Vector128.IsHardwareAccelerated,
    };

    private static string List(IEnumerable<int> widths) => string.Join(" and ", widths);
}

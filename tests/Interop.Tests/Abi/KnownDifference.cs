using System.IO.Enumeration;

namespace MIOpenDarts.Interop.Tests.Abi;

/// <summary>Where ROCm 5 differs from the bindings. There is nothing for 6.4 and 7.2.</summary>
/// <param name="Generation">The generation whose headers differ.</param>
/// <param name="Library">The library.</param>
/// <param name="Pattern">Names of the claims that do not hold there; * stands for anything.</param>
/// <param name="Reason">What is different.</param>
/// <param name="Avoidance">The code that sees to it that this does no harm.</param>
internal sealed record KnownDifference(string Generation, string Library, string Pattern, string Reason, string Avoidance)
{
    private const string Ask = "DeviceArchitecture asks for the properties only from ROCm 6 on";
    private const string Names = "was renamed UnusedN when ROCm 6 retired it; the value is the same";
    private const string Unasked = "HipDevice never asks for this attribute";
    private const string Never = "no call of ours returns or takes it on ROCm 5; an unknown status is reported by its number";

    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        .. Both("hipDeviceProp_tR0600*", "the struct came with 6.0; before, hipDeviceProp_t had 792 bytes", Ask),
        .. Both("hipGetDevicePropertiesR0600", "came with 6.0", Ask),
        .. Both("hipDeviceAttribute_t.hipDeviceAttributeUnused?", Names,
            "DeviceArchitecture uses Unused4 by value, as GcnArch, on ROCm 5 only"),
        .. Both("hipDeviceAttribute_t.hipDeviceAttributeHostRegisterSupported", "came with 6.0", Unasked),
        .. Both("hipDeviceAttribute_t.hipDeviceAttributeMemoryPoolSupportedHandleTypes", "came with 6.0", Unasked),
        .. Both("hipError_t.hipErrorInvalidChannelDescriptor", "came with 6.0", Never),
        .. Both("hipError_t.hipErrorInvalidTexture", "came with 6.0", Never),
        .. Both("hipMemcpyKind.hipMemcpyDeviceToDeviceNoCU", "came with 6.0", Never),
        new("5.2.3", "hip", "hipDeviceAttribute_t.hipDeviceAttributeVirtualMemoryManagementSupported", "came with 5.3", Unasked),
        new("5.2.3", "hip", "hipDeviceAttribute_t.hipDeviceAttributeWallClockRate", "came with 5.3", Unasked),
        new("5.2.3", "hiprtc", "hiprtcResult.HIPRTC_ERROR_LINKING", "came with 5.3", "a status that is never returned there"),
    ];

    public static IReadOnlyList<KnownDifference> Of(string generation, string library) =>
        All.Where(d => d.Generation == generation && d.Library == library).ToArray();

    public bool Covers(string name) => FileSystemName.MatchesSimpleExpression(Pattern, name, ignoreCase: false);

    private static KnownDifference[] Both(string pattern, string reason, string avoidance) =>
        [new("5.2.3", "hip", pattern, reason, avoidance), new("5.7.1", "hip", pattern, reason, avoidance)];
}

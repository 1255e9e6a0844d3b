using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Devices;

/// <summary>Asks for the instruction set, which no attribute tells in every ROCm generation.</summary>
internal static unsafe class DeviceArchitecture
{
    // Retired in ROCm 6, where this attribute has no meaning any more; up to 5.7 it is hipDeviceAttributeGcnArch (803 for gfx803).
    private const hipDeviceAttribute_t GcnArchUpTo5 = hipDeviceAttribute_t.hipDeviceAttributeUnused4;

    public static string Of(int ordinal, int rocmMajor)
    {
        if (rocmMajor < 6)
        {
            int number;
            Status.Check(HipNative.hipDeviceGetAttribute(&number, GcnArchUpTo5, ordinal));
            return $"gfx{number}";
        }
        hipDeviceProp_tR0600 properties;
        Status.Check(HipNative.hipGetDevicePropertiesR0600(&properties, ordinal));
        var name = MemoryMarshal.CreateReadOnlySpan(ref properties.gcnArchName.e0, 256);
        fixed (byte* text = name)
        {
            return WithoutFeatures(Status.Text(text));
        }
    }

    /// <summary>"gfx90a" out of "gfx90a:sramecc+:xnack-".</summary>
    internal static string WithoutFeatures(string name) => name.Split(':')[0];
}

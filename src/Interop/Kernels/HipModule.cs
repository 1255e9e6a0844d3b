using System.Text;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Kernels;

/// <summary>A code object loaded onto a device. Its kernels live as long as it does.</summary>
public sealed unsafe class HipModule : DeviceHandle
{
    private HipModule(HipDevice device)
        : base(device)
    {
    }

    /// <summary>Loads machine code.</summary>
    /// <param name="device">The device whose architecture it was compiled for.</param>
    /// <param name="codeObject">An ELF code object or an offload bundle, as hipRTC gives it.</param>
    /// <exception cref="HipException">The code is for another architecture, or damaged.</exception>
    public static HipModule Load(HipDevice device, ReadOnlySpan<byte> codeObject)
    {
        // HIP takes no length and would read past the end of what is not a code object.
        if (codeObject.Length < 64 || !(codeObject.StartsWith("\u007FELF"u8) || codeObject.StartsWith("__CLANG_OFFLOAD_BUNDLE__"u8)))
        {
            throw new ArgumentException($"{codeObject.Length} bytes that do not begin like a code object.", nameof(codeObject));
        }
        var module = new HipModule(device);
        using (device.Activate())
        {
            fixed (byte* image = codeObject)
            {
                hipModule_t loaded;
                Status.Check(HipNative.hipModuleLoadData(&loaded, image));
                module.Own(loaded);
            }
        }
        return module;
    }

    /// <summary>Finds a kernel.</summary>
    /// <param name="name">Its name in the code object (extern "C", or the lowered name).</param>
    /// <exception cref="HipException">There is no such kernel.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public HipKernel Kernel(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        using var held = Leases.Open(Device);
        hipFunction_t function;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            Status.Check(HipNative.hipModuleGetFunction(&function, (hipModule_t)held[this], text));
        }
        return new HipKernel(this, function, name);
    }

    private protected override bool DestroyOnDevice() => HipNative.hipModuleUnload((hipModule_t)handle) == hipError_t.hipSuccess;
}

using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Kernels;
using MIOpenDarts.Interop.Rtc;

namespace MIOpenDarts.Layers.Backends.MIOpen.Kernels;

/// <summary>
/// Our own kernels on one device: each file is compiled for the device's architecture, or taken from the cache, when one of its kernels is
/// first wanted.
/// </summary>
internal sealed class KernelLibrary(HipDevice device) : IDisposable
{
    private readonly KernelCompiler compiler = new(CodeObjectCache.Default());
    private readonly Dictionary<string, string> fileOf =
        KernelSources.Files.SelectMany(f => KernelSources.Kernels(f), (f, k) => (k, f)).ToDictionary();
    private readonly Dictionary<string, HipModule> modules = [];
    private readonly Dictionary<string, HipKernel> kernels = [];

    /// <summary>A kernel by name.</summary>
    public HipKernel this[string name]
    {
        get
        {
            if (kernels.TryGetValue(name, out var kernel)) return kernel;
            return kernels[name] = Load(fileOf[name]).Kernel(name);
        }
    }

    /// <summary>A file's kernels on the device.</summary>
    public HipModule Load(string file)
    {
        if (modules.TryGetValue(file, out var module)) return module;
        var code = compiler.Compile(KernelSources.Read(file, device.Architecture));
        return modules[file] = HipModule.Load(device, code.Bytes.Span);
    }

    public void Dispose()
    {
        foreach (var module in modules.Values) module.Dispose();
    }
}

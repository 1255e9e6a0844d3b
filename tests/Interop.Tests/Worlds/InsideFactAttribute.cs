using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

namespace MIOpenDarts.Interop.Tests.Worlds;

/// <summary>
/// A test that exists only in a process that <see cref="World"/> started with real ROCm libraries; there a missing library is a failure,
/// never a skip. Outside it is not a test at all: the test that starts the world stands for it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(InsideFactDiscoverer))]
public sealed class InsideFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line);

/// <summary>Finds the tests above where they exist.</summary>
public sealed class InsideFactDiscoverer : FactDiscoverer
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        World.Current is null or World.Gpu ? new([]) : base.Discover(discoveryOptions, testMethod, factAttribute);
}

/// <summary>A test that exists only in a process that has a GPU, real or virtual.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(GpuFactDiscoverer))]
public sealed class GpuFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line);

/// <summary>Finds the tests above where they exist.</summary>
public sealed class GpuFactDiscoverer : FactDiscoverer
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        World.Current == World.Gpu || (World.Current is null && File.Exists("/dev/kfd"))
            ? base.Discover(discoveryOptions, testMethod, factAttribute)
            : new([]);
}

/// <summary>
/// A test that starts such a process on the virtual gfx803, if MIOPENDARTS_VGPU_EXEC names the command that runs programs on it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(VirtualGpuFactDiscoverer))]
public sealed class VirtualGpuFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line);

/// <summary>Finds the tests above where they exist.</summary>
public sealed class VirtualGpuFactDiscoverer : FactDiscoverer
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        World.Current is null && World.VirtualGpu is not null ? base.Discover(discoveryOptions, testMethod, factAttribute) : new([]);
}

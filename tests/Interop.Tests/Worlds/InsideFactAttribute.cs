using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

namespace MIOpenDarts.Interop.Tests.Worlds;

/// <summary>
/// A test that exists only in a process that <see cref="World"/> started without a GPU; there a missing library is a failure, never a skip.
/// Outside it is not a test at all: the test that starts the world stands for it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(InsideFactDiscoverer))]
public sealed class InsideFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line);

/// <summary>A test that exists only in a process that has a GPU, real or virtual.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(GpuFactDiscoverer))]
public sealed class GpuFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line);

/// <summary>Finds tests in the processes where they exist.</summary>
public abstract class ConditionalDiscoverer(bool exist) : FactDiscoverer
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        exist ? base.Discover(discoveryOptions, testMethod, factAttribute) : new([]);
}

/// <summary>Finds the tests of the worlds without a GPU.</summary>
public sealed class InsideFactDiscoverer() : ConditionalDiscoverer(World.Current is not (null or World.Gpu));

/// <summary>Finds the tests that want a GPU.</summary>
public sealed class GpuFactDiscoverer() : ConditionalDiscoverer(
    World.Current == World.Gpu || (World.Current is null && File.Exists("/dev/kfd")));

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
        World.Current is null ? new([]) : base.Discover(discoveryOptions, testMethod, factAttribute);
}

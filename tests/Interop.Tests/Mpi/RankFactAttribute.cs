using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Mpi;
using MIOpenDarts.Interop.Tests.Worlds;
using Xunit.v3;

namespace MIOpenDarts.Interop.Tests.Mpi;

/// <summary>A test that exists only in a process that a launcher of MPI started; the test that starts the launcher stands for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(RankFactDiscoverer))]
public sealed class RankFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line);

/// <summary>Finds the tests of ranks.</summary>
public sealed class RankFactDiscoverer() : ConditionalDiscoverer(Launcher.Detect(Environment.GetEnvironmentVariable) is not null);

using System.Diagnostics.CodeAnalysis;
using MIOpenDarts.Cli.Tests;

/// <summary>
/// The runtime calls this at the start of a process for which DOTNET_STARTUP_HOOKS names this assembly: a blow falls on it
/// (<see cref="Blow"/>), or else a thread of its own fails once the command is under way (<see cref="FaultTests"/>).
/// </summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for this name, without a namespace.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Blow.OfProcess is { } blow) Console.SetOut(new BlowWriter(Console.Out, blow));
        else new Thread(Fail).Start();
    }

    private static void Fail()
    {
        while (!AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "System.CommandLine")) Thread.Sleep(1);
        throw new InvalidCastException("fault of a thread");
    }
}

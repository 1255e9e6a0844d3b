using System.Diagnostics.CodeAnalysis;

/// <summary>What DOTNET_STARTUP_HOOKS runs in a process of the command: a thread of its own that fails once the command is under way.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for this name, without a namespace.")]
internal static class StartupHook
{
    public static void Initialize() => new Thread(() =>
    {
        while (!AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "System.CommandLine")) Thread.Sleep(1);
        throw new InvalidCastException("fault of a thread");
    }).Start();
}

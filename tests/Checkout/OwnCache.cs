using System.Runtime.CompilerServices;

namespace MIOpenDarts.Tests;

/// <summary>A cache of the tests' own, so that they neither read nor change that of whoever runs them.</summary>
internal static class OwnCache
{
    /// <summary>The environment variable that chooses it.</summary>
    public const string Variable = "MIOPENDARTS_CACHE";

    /// <summary>Beside the tests.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "cache");

    // The kernels of the virtual GPU, which take long to compile, are kept where it is.
    [ModuleInitializer]
    internal static void Choose()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null && Environment.GetEnvironmentVariable("VGPU_CHECK") is null)
            Environment.SetEnvironmentVariable(Variable, Folder);
    }
}

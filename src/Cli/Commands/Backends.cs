using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Diagnostics;

namespace MIOpenDarts.Cli.Commands;

/// <summary>Backends for commands whose results matter: a GPU must compute what it should before anything relies on it.</summary>
internal static class Backends
{
    /// <summary>A backend that has passed the short self-test.</summary>
    /// <exception cref="BackendUnavailableException">It is not there, or computes wrong results; the text has the cure.</exception>
    public static Backend<float> Create(string name, int threads, bool deterministic = true)
    {
        var backend = BackendChoice.Create(name, threads, deterministic);
        try
        {
            SelfTest.Require(backend);
            return backend;
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    /// <summary>Checks that <see cref="Create"/> will succeed.</summary>
    /// <exception cref="BackendUnavailableException">It will not.</exception>
    public static void Require(string name, int threads) => Create(name, threads).Dispose();

    /// <summary>The backend for one of several jobs side by side: where a name leaves the choice of a GPU open, they take turns.</summary>
    public static string InTurn(string name, int job) => name is "auto" or "hip" && HipDevice.All.Count > 0 && Rocm.IsAvailable(RocmLibrary.HipRtc)
        ? $"hip:{job % HipDevice.All.Count}"
        : name;
}

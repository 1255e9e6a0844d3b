using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

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

    /// <summary>Checks that <see cref="Create"/> will succeed, with the threads that a run will have.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="threads">Threads that are asked for; 0 for one for each core.</param>
    /// <param name="fits">Refuses what does not fit into its memory; null for no such check.</param>
    /// <exception cref="BackendUnavailableException">It will not.</exception>
    public static void Require(string name, int threads, Action<Backend<float>>? fits = null)
    {
        using var backend = Create(name, Threads(threads, _ => { }));
        fits?.Invoke(backend);
    }

    /// <summary>The backend of one of some jobs at a time, with its share of the threads, GPUs in turn.</summary>
    /// <param name="options">What a run of all would compute on.</param>
    /// <param name="job">Number of the job.</param>
    /// <param name="jobs">How many there are.</param>
    public static Backend<float> CreateShare(RunOptions options, int job, int jobs)
    {
        var threads = Threads(options.Threads, _ => { });
        var share = Math.Max(1, (threads == 0 ? PhysicalCores.Count : threads) / jobs);
        return Create(BackendChoice.InTurn(options.Backend, job), share, options.Deterministic);
    }

    /// <summary>Threads that are asked for, but never more than there are processors: more would only wait for each other.</summary>
    /// <param name="asked">Threads; 0 for one for each core.</param>
    /// <param name="say">Takes a line where they are too many.</param>
    public static int Threads(int asked, Action<string> say)
    {
        if (asked <= Environment.ProcessorCount) return asked;
        say($"threads  {asked} are more than the {Environment.ProcessorCount} processors here, so {Environment.ProcessorCount} are used");
        return Environment.ProcessorCount;
    }
}

using System.Globalization;

namespace MIOpenDarts.Layers.Backends.MIOpen.Convolutions;

/// <summary>What computes a convolution best on a card.</summary>
/// <param name="Library">One of the names in <see cref="SolverChoice"/>.</param>
/// <param name="Solution">MIOpen's number of the solver; 0 for another library.</param>
/// <param name="WorkspaceBytes">Memory that it needs.</param>
/// <param name="Milliseconds">Measured time.</param>
internal sealed record SolverChoice(string Library, ulong Solution, long WorkspaceBytes, double Milliseconds)
{
    public const string MIOpen = "MIOpen";
    public const string HipBlas = "hipBLAS";
}

/// <summary>
/// Choices on disk, one line each, in a file for each <see cref="TimingSource"/>. Lines are only appended, and of two for the same
/// convolution the first counts: processes that measure at the same time agree afterwards. A file that cannot be read or written is no
/// error: then everything is found anew in each process.
/// </summary>
internal sealed class SolverMemory
{
    private readonly string? path;
    private readonly Dictionary<string, SolverChoice> known = [];

    /// <summary>The memory in a file.</summary>
    /// <param name="path">Where; null for choices that only this process knows.</param>
    public SolverMemory(string? path)
    {
        this.path = path;
        Read();
    }

    /// <summary>Number of convolutions with a choice.</summary>
    public int Count => known.Count;

    /// <summary>The choice for a convolution, or null.</summary>
    public SolverChoice? this[in ConvolutionKey key] => known.GetValueOrDefault(key.ToString());

    /// <summary>Keeps a choice, unless another process was faster.</summary>
    /// <returns>The choice that counts.</returns>
    public SolverChoice Add(in ConvolutionKey key, SolverChoice choice)
    {
        var name = key.ToString();
        if (path is null) return known.TryAdd(name, choice) ? choice : known[name];
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
                file.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}\t{choice.Library}\t{choice.Solution}\t{choice.WorkspaceBytes}\t{choice.Milliseconds:0.####}\n")));
            Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Known for as long as this process lives.
        }

        known.TryAdd(name, choice);
        return known[name];
    }

    /// <summary>Forgets a choice that a newer library refuses, in this process.</summary>
    public void Forget(in ConvolutionKey key) => known.Remove(key.ToString());

    private void Read()
    {
        if (path is null || !File.Exists(path)) return;
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                var parts = line.Split('\t');
                if (parts.Length == 5 && ulong.TryParse(parts[2], CultureInfo.InvariantCulture, out var solution)
                    && long.TryParse(parts[3], CultureInfo.InvariantCulture, out var bytes)
                    && double.TryParse(parts[4], CultureInfo.InvariantCulture, out var milliseconds))
                    known.TryAdd(parts[0], new SolverChoice(parts[1], solution, bytes, milliseconds));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            known.Clear();
        }
    }
}

using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Cli.Profiling;

/// <summary>The file of a table that is being made: it goes on where it was stopped, and one process makes it at a time.</summary>
/// <param name="option">The option that names it.</param>
/// <param name="file">Where it is.</param>
internal sealed class TableFile(string option, string file) : IDisposable
{
    private FileStream? held;

    /// <summary>A table without entries, of what a profiler measures.</summary>
    public static CostTable Empty(string name, IProfiler profiler, CostMeter meter, int batch, string mode) => new()
    {
        Name = name,
        Kind = meter.Kind,
        Unit = meter.Unit,
        Batch = batch,
        Mode = mode,
        Source = "measured",
        Device = profiler.Device,
        Entries = new Dictionary<string, CostEntry>(),
    };

    /// <summary>What is there already, if everything that decides over its numbers is the same, or what is to be begun.</summary>
    /// <exception cref="IOException">There is another table, or another process makes this one.</exception>
    public CostTable Begin(CostTable empty)
    {
        OutputFile.Write(option, file, path =>
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            held = FileLock.TryTake(Path.Combine(folder, $".{Path.GetFileName(path)}.lock"), FileOptions.DeleteOnClose)
                ?? throw new IOException("another process makes it; let it end or stop it first");
        });
        if (!File.Exists(file)) return empty;
        var begun = CostTable.Read(file);
        var same = empty with { Name = begun.Name, Entries = begun.Entries, Drift = begun.Drift, Check = begun.Check, Error = begun.Error };
        if (same == begun) return begun;
        throw new IOException($"{file}: has a table of {begun.Device.Device}, {begun.Device.Backend} with {begun.Device.Threads} threads, "
            + $"batch {begun.Batch}, {begun.Mode}, {begun.Kind} ({begun.Device.Versions}), not of what is {empty.Source} now; "
            + $"choose another {option}");
    }

    /// <summary>Keeps a table, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Keep(CostTable table) => OutputFile.Write(option, file, table.Write);

    /// <inheritdoc/>
    public void Dispose() => held?.Dispose();
}

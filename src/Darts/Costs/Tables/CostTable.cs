using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Costs.Tables;

/// <summary>A cost of one part, over repetitions.</summary>
/// <param name="Median">In the table's unit, for a whole batch.</param>
/// <param name="Spread">Distance of the quartiles, in the same unit.</param>
/// <param name="Count">Repetitions.</param>
internal sealed record CostEntry(double Median, double Spread, int Count)
{
    /// <summary>Kernels that a GPU launches for a batch; null where they were not counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Launches { get; init; }

    /// <summary>The median without what the launches cost beside their kernels; null where it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WithoutLaunches { get; init; }
}

/// <summary>What whole networks say of the sums of their parts.</summary>
/// <param name="Genotypes">Random genotypes that were measured whole.</param>
/// <param name="Rho">Spearman's rank correlation of sum and measurement.</param>
/// <param name="Ratio">Mean of measurement over sum.</param>
internal sealed record TableCheck(int Genotypes, double Rho, double Ratio);

/// <summary>Where and how a table's numbers came about.</summary>
/// <param name="Device">Processor or card.</param>
/// <param name="Backend">What computed: a backend, or a runtime with its version.</param>
/// <param name="Threads">Threads of a processor; 0 where that says nothing.</param>
/// <param name="Versions">Of this program and of what it ran on.</param>
internal sealed record TableDevice(string Device, string Backend, int Threads, string Versions);

/// <summary>Costs of a network's parts on one device, for one batch and mode: batch 1 and batch 64 are different objectives.</summary>
internal sealed record CostTable
{
    /// <summary>Number of the form of the file.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Such as <c>rx580-b64-inference</c>: what messages and reports call it.</summary>
    public required string Name { get; init; }

    /// <summary><c>latency</c> or <c>energy</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>ms</c> or <c>mJ</c>, for a whole batch.</summary>
    public required string Unit { get; init; }

    /// <summary>Images in a batch.</summary>
    public required int Batch { get; init; }

    /// <summary><c>inference</c> or <c>training</c>.</summary>
    public required string Mode { get; init; }

    /// <summary><c>measured</c> or <c>modelled</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Where.</summary>
    public required TableDevice Device { get; init; }

    /// <summary>What is known of the error of its numbers, in words; empty for nothing.</summary>
    public string Error { get; init; } = "";

    /// <summary>How much slower the first part was at the end than at the start, as a share; null where it was not looked at.</summary>
    public double? Drift { get; init; }

    /// <summary>The check against whole networks; null where there was none.</summary>
    public TableCheck? Check { get; init; }

    /// <summary>Costs by <see cref="NetworkPart.Key"/>.</summary>
    public required IReadOnlyDictionary<string, CostEntry> Entries { get; init; }

    /// <summary>Reads a table.</summary>
    /// <param name="path">A file.</param>
    /// <exception cref="InvalidDataException">It is no table; the message says what is wrong.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CostTable Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(path, stream);
    }

    /// <summary>Reads a table from a stream that messages call <paramref name="path"/>.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static CostTable Read(string path, Stream stream)
    {
        try
        {
            var table = JsonSerializer.Deserialize(stream, CostTableJson.Default.CostTable)
                ?? throw new InvalidDataException($"{path}: is no cost table but null; write one with miopendarts profile");
            return table.Checked(path);
        }
        catch (JsonException e)
        {
            var place = e.LineNumber is { } line ? $", line {line + 1}" : "";
            throw new InvalidDataException($"{path}{place}: is no cost table ({e.Message.Split(". ")[0].TrimEnd('.')}); "
                + "write one with miopendarts profile", e);
        }
    }

    /// <summary>Writes the table, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path) => WholeFile.Write(path, JsonSerializer.Serialize(this, CostTableJson.Default.CostTable) + "\n");

    private CostTable Checked(string path)
    {
        if (Format != 1) throw Refused($"has form {Format}, but only 1 is known; a later version of this program may read it");
        // Nulls pass the reader's own check of what is required.
        if (Name is null || Unit is null || Mode is null || Source is null || Device is null || Entries is null)
            throw Refused("leaves a field empty; write it anew with miopendarts profile");
        if (Kind is not ("latency" or "energy")) throw Refused($"is of kind '{Kind}'; allowed is latency or energy");
        foreach (var (key, entry) in Entries)
            if (entry is null || !double.IsFinite(entry.Median) || (Kind == "latency" && entry.Median < 0))
                throw Refused($"has no usable cost of '{key}'; remove the entry and profile it again");
        return this;

        InvalidDataException Refused(string what) => new($"{path}: {what}");
    }
}

// Rho of sums that are all equal is not a number.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CostTable))]
internal sealed partial class CostTableJson : JsonSerializerContext;

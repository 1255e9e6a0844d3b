using System.IO.Hashing;
using MIOpenDarts.Darts.Costs.Tables;

namespace MIOpenDarts.Darts.Costs;

/// <summary>How the option <c>cost</c> names a cost: a kind, and for some a table.</summary>
internal static class CostName
{
    /// <summary>No cost.</summary>
    public const string None = "none";

    /// <summary>What is allowed, in words.</summary>
    public const string Allowed = "none, params, macs, memory, latency:TABLE, energy:TABLE or energy:estimated";

    private static readonly CountedCost[] Counted =
        [CountedCost.Parameters, CountedCost.MultiplyAdds, CountedCost.ActivationBytes, CountedCost.EstimatedEnergy];

    private static readonly string[] TableKinds = ["latency", "energy"];

    /// <summary>Names of the tables that this program carries.</summary>
    public static IReadOnlyList<string> Carried { get; } =
    [
        .. typeof(CostName).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal),
    ];

    private const string Prefix = "costs/";
    private const string Suffix = ".json";

    /// <summary>Whether a text has the form of a name; the table is not looked at.</summary>
    public static bool IsName(string text) => text == None || IsCounted(text) || TableOf(text) is { Length: > 0 };

    /// <summary>The table of a name, as it was typed; null for a cost without one.</summary>
    public static string? TableOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && TableKinds.Contains(text[..colon]) && !IsCounted(text) ? text[(colon + 1)..] : null;
    }

    /// <summary>The same name with the full path of its table, so that it is found from any folder.</summary>
    public static string Lasting(string text) => TableOf(text) is { } table && File.Exists(table)
        ? $"{text[..^table.Length]}{Path.GetFullPath(table)}"
        : text;

    /// <summary>Hash of the table of a name; null for a cost without one, or where there is no such table.</summary>
    /// <exception cref="IOException">The table cannot be read.</exception>
    public static string? TableHash(string text)
    {
        if (TableOf(text) is not { Length: > 0 } typed) return null;
        using var table = File.Exists(typed) ? File.OpenRead(typed) : CarriedTable(typed);
        if (table is null) return null;
        var hash = new XxHash128();
        hash.Append(table);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The cost of a name.</summary>
    /// <exception cref="InvalidDataException">There is no such cost or table, or the table is damaged or of another kind.</exception>
    /// <exception cref="IOException">The table cannot be read.</exception>
    public static ICostModel Open(string text)
    {
        if (Array.Find(Counted, cost => cost.Name == text) is { } counted) return counted;
        if (TableOf(text) is not { Length: > 0 } typed)
            throw new InvalidDataException($"cost is '{text}'; allowed is {Allowed}");
        var table = Read(typed);
        return text.StartsWith(table.Kind + ":", StringComparison.Ordinal)
            ? new TableCost(table, typed)
            : throw new InvalidDataException($"{typed}: is a table of {table.Kind}; give --cost {table.Kind}:{typed}");
    }

    private static bool IsCounted(string text) => Array.Exists(Counted, cost => cost.Name == text);

    private static Stream? CarriedTable(string typed) =>
        typeof(CostName).Assembly.GetManifestResourceStream(Prefix + typed + Suffix);

    private static CostTable Read(string typed)
    {
        if (File.Exists(typed)) return CostTable.Read(typed);
        using var carried = CarriedTable(typed);
        if (carried is not null) return CostTable.Read(typed, carried);
        var known = Carried.Count == 0 ? "this program carries none" : $"this program carries {string.Join(", ", Carried)}";
        throw new InvalidDataException($"{typed}: there is no such table, and {known}; write one with miopendarts profile");
    }
}

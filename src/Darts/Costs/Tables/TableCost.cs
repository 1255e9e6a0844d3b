using System.Globalization;

namespace MIOpenDarts.Darts.Costs.Tables;

/// <summary>Costs looked up in a table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Path">Its file, or its name among those of this program.</param>
internal sealed record TableCost(CostTable Table, string Path) : ICostModel
{
    /// <inheritdoc/>
    public string Name => $"{Table.Kind}:{Table.Name}";

    /// <inheritdoc/>
    public string Source => $"{Table.Source} on {Table.Device.Device}";

    /// <inheritdoc/>
    public string Unit => IsModelled ? $"{Table.Source} {Table.Unit}" : Table.Unit;

    /// <inheritdoc/>
    public bool IsModelled => Table.Source == "modelled";

    /// <inheritdoc/>
    public double Of(NetworkPart part) => part.IsZero
        ? 0
        : Table.Entries.TryGetValue(part.Key, out var entry)
            ? entry.Median
            : throw new InvalidDataException(
                $"{Path}: has no cost of '{part.Key}'; {(IsModelled ? PublishedNetworks.InWords : "")}profile a table for the network "
                + "that is to be built, with its --space, --target-channels, --target-layers, --target-image-size and --nodes");

    /// <inheritdoc/>
    public string Show(double cost) => string.Create(
        CultureInfo.InvariantCulture, $"{cost:0.###} {Table.Unit} at batch {Table.Batch} in {Table.Mode} ({Table.Name}, {Table.Source})");
}

using System.Globalization;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Compression;

/// <summary>
/// What a compressed network may cost, as a share of what it cost before: <c>macs=0.5</c>, <c>params=0.25</c> or
/// <c>latency:TABLE=0.7</c>.
/// </summary>
/// <param name="CountsParameters">Parameters instead of multiply-adds.</param>
/// <param name="Share">Over 0, below 1.</param>
/// <param name="Latency">The cost <c>latency:TABLE</c> instead of both; null for them.</param>
internal readonly record struct CompressionTarget(bool CountsParameters, double Share, string? Latency = null)
{
    /// <summary>What is allowed, in words.</summary>
    public const string Allowed = "macs=X, params=X or latency:TABLE=X, with a share X over 0 and below 1, as in macs=0.5";

    /// <summary>What is met unless told.</summary>
    public const string Usual = "macs=0.5";

    private const string Macs = "macs";
    private const string Parameters = "params";
    private const string LatencyPrefix = "latency:";

    /// <summary>Reads what a user typed.</summary>
    /// <exception cref="OptionsException">It is no target; the text says what one looks like.</exception>
    public static CompressionTarget Parse(string text)
    {
        var equals = text.LastIndexOf('=');
        if (equals > 0 && double.TryParse(text[(equals + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
            && share is > 0 and < 1)
        {
            switch (text[..equals])
            {
                case Macs:
                    return new CompressionTarget(false, share);
                case Parameters:
                    return new CompressionTarget(true, share);
                case var name when name.StartsWith(LatencyPrefix, StringComparison.Ordinal) && CostName.TableOf(name) is { Length: > 0 }:
                    return new CompressionTarget(false, share, name);
            }
        }

        throw new OptionsException($"--target is '{text}'; allowed is {Allowed}");
    }

    /// <summary>The same target with the full path of its table, so that it is found from any folder.</summary>
    public CompressionTarget Lasting => Latency is null ? this : this with { Latency = CostName.Lasting(Latency) };

    /// <summary>Hash of its table; null where there is none.</summary>
    public string? TableHash => Latency is null ? null : CostName.TableHash(Latency);

    /// <summary>Refuses a table of latencies, which only pruning reckons with.</summary>
    /// <param name="command">What does not.</param>
    /// <exception cref="OptionsException">It is one.</exception>
    public void RequireCounted(string command)
    {
        if (Latency is not null)
            throw new OptionsException(
                $"--target {this}: a table of latencies is a target of prune; {command} takes macs=X or params=X");
    }

    /// <summary>What it counts.</summary>
    public long Of(NetworkSize size) => CountsParameters ? size.Parameters : size.MultiplyAdds;

    /// <summary>What is allowed of a network of this size.</summary>
    public double Budget(NetworkSize before) => Share * Of(before);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Latency ?? (CountsParameters ? Parameters : Macs)}={Share.ToString(CultureInfo.InvariantCulture)}";
}

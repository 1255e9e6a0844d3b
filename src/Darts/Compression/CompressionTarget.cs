using System.Globalization;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Compression;

/// <summary>What a compressed network may cost, as a share of what it cost before: <c>macs=0.5</c> or <c>params=0.25</c>.</summary>
/// <param name="CountsParameters">Parameters instead of multiply-adds.</param>
/// <param name="Share">Over 0, below 1.</param>
internal readonly record struct CompressionTarget(bool CountsParameters, double Share)
{
    private const string Macs = "macs";
    private const string Parameters = "params";

    /// <summary>Reads what a user typed.</summary>
    /// <exception cref="OptionsException">It is no target; the text says what one looks like.</exception>
    public static CompressionTarget Parse(string text)
    {
        if (text.Split('=') is [Macs or Parameters, var number]
            && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
            && share is > 0 and < 1)
        {
            return new CompressionTarget(text.StartsWith(Parameters, StringComparison.Ordinal), share);
        }

        throw new OptionsException(
            $"--target is '{text}'; allowed is macs=X or params=X, with a share X over 0 and below 1, as in macs=0.5");
    }

    /// <summary>What it counts.</summary>
    public long Of(NetworkSize size) => CountsParameters ? size.Parameters : size.MultiplyAdds;

    /// <summary>What is allowed of a network of this size.</summary>
    public double Budget(NetworkSize before) => Share * Of(before);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(CountsParameters ? Parameters : Macs)}={Share.ToString(CultureInfo.InvariantCulture)}";
}

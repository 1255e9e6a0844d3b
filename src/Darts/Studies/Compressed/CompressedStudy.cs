using System.Globalization;
using MIOpenDarts.Darts.Studies.Comparison;
using MIOpenDarts.Darts.Studies.Pareto;

namespace MIOpenDarts.Darts.Studies.Compressed;

/// <summary>What several ways of compression made of one network: its front of accuracy against each cost.</summary>
/// <param name="title">What was compressed.</param>
/// <param name="networks">The network as trained first, then what became of it.</param>
internal sealed class CompressedStudy(string title, IReadOnlyList<CompressedNetwork> networks)
{
    private const string Method = "compressed";

    /// <summary>The fronts, by the name of their cost.</summary>
    public IReadOnlyList<(string Name, ParetoStudy Study)> Fronts { get; } =
    [
        ("size", Front(title, networks, "size of the weights", "KiB", network => network.Bytes / 1024.0)),
        ("macs", Front(title, networks, "multiply-adds", "M", network => network.MultiplyAdds / 1e6)),
        ("milliseconds", Front(title, networks, "time of an image in ONNX Runtime", "ms", network => network.Milliseconds)),
    ];

    /// <summary>A row for each network, with the fronts that it is on.</summary>
    public string ToText() => EqualColumns.Text([Titles, .. Rows]);

    /// <summary>The same, comma-separated (RFC 4180).</summary>
    public string ToCsv() => string.Concat(new[] { Titles }.Concat(Rows).Select(row => string.Join(",", row) + "\r\n"));

    private static string[] Titles =>
        ["network", "parameters", "KiB", "M multiply-adds", "ms in ONNX Runtime", "test accuracy %", "on the front of"];

    private IEnumerable<string[]> Rows => networks.Select(network => (string[])[
        network.Name, Show(network.Parameters, "0"), Show(network.Bytes / 1024.0, "0.0"), Show(network.MultiplyAdds / 1e6, "0.00"),
        Show(network.Milliseconds, "0.000"), Show(network.Accuracy, "0.00"),
        string.Join(' ', from front in Fronts
                         where front.Study.Front(Method).Any(point => point.Architecture == network.Name)
                         select front.Name),
    ]);

    // Hypervolumes are within what the network cost as trained.
    private static ParetoStudy Front(
        string title, IReadOnlyList<CompressedNetwork> networks, string cost, string unit, Func<CompressedNetwork, double> of) => new(
        $"{title}: {cost}", cost, unit, "test error", (of(networks[0]), 100),
        [.. networks.Select(network => new ParetoPoint(Method, 0, network.Name, of(network), 100 - network.Accuracy))])
        {
            ReferenceChoice = "the network as trained if it were never right",
            HasSeeds = false,
        };

    private static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Benchmarks.Machine;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Benchmarks;

/// <summary>Everything that one run measured, for a file.</summary>
internal sealed record BenchmarkReport
{
    /// <summary>Machine, backend and versions.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>Limits of the processor, or null if the backend does not compute on it.</summary>
    public MachineLimits? Limits { get; init; }

    /// <summary>Layers, or nothing.</summary>
    public IReadOnlyList<Measurement> Layers { get; init; } = [];

    /// <summary>Steps, or nothing.</summary>
    public IReadOnlyList<Measurement> Steps { get; init; } = [];

    /// <summary>Training and inference of a discrete network, or nothing.</summary>
    public IReadOnlyList<Measurement> Networks { get; init; } = [];

    /// <summary>Decoding of images, or nothing.</summary>
    public IReadOnlyList<Measurement> Data { get; init; } = [];

    /// <summary>As one JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BenchmarkReportJson.Default.BenchmarkReport) + "\n";

    /// <summary>As CSV with one row for each measurement; seconds, FLOP, bytes.</summary>
    public string ToCsv()
    {
        var lines = new List<string>
        {
            "kind,name,pass,channels,batch,size,repetitions,median_s,min_s,flop,gflop_per_s,gb_per_s,roofline_percent,images_per_s,"
                + "core_share,planned_bytes,peak_bytes,expected_s,dispatch_share,form,source",
        };
        lines.AddRange(Layers.Select(m => Line("layer", m)));
        lines.AddRange(Steps.Select(m => Line("step", m)));
        lines.AddRange(Networks.Select(m => Line("network", m)));
        lines.AddRange(Data.Select(m => Line("data", m)));
        return string.Join('\n', lines) + "\n";
    }

    private static string Line(string kind, Measurement m) => string.Join(',',
        kind, m.Name, m.Pass.Replace(",", "", StringComparison.Ordinal), m.Channels, m.Batch, m.Size, m.Seconds.Count,
        Number(m.Median), Number(m.Minimum), Number(m.Flops), Number(m.Gigaflops), Number(m.GigabytesPerSecond), Number(m.RooflinePercent),
        Number(m.ImagesPerSecond), Number(m.CoreShare), m.PlannedBytes, m.PeakBytes, Number(m.ExpectedSeconds),
        Number(m.DispatchShare), m.Form, m.IsModelled ? "modelled" : "measured");

    private static string Number(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Generated JSON code of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(BenchmarkReport))]
internal sealed partial class BenchmarkReportJson : JsonSerializerContext;

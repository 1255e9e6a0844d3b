using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>A study as text, as CSV and as JSON lines.</summary>
internal static class ParetoText
{
    /// <summary>Hypervolumes, and the front of the first method.</summary>
    public static string Render(ParetoStudy study)
    {
        var text = new StringBuilder();
        foreach (var method in study.Methods)
        {
            var volumes = study.Hypervolumes(method);
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{method}: hypervolume {volumes.Average():0.######} (mean of {volumes.Count} seeds, "
                + $"reference {study.Reference.Cost:0.####} "
                + $"{study.Unit} and {study.Reference.Error} % wrong), {study.Front(method).Count} points on the front"));
            if (study.RetrainedHypervolume(method) is { } retrained)
                text.AppendLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{method}: hypervolume {retrained:0.######} of the front by its test error when trained from scratch"));
        }

        if (study.Baseline is { } drawn) text.AppendLine(drawn);
        var third = study.IsRetrained ? ", test error when trained from scratch (%)" : "";
        text.AppendLine($"front of {study.Methods[0]}, {study.Cost} ({study.Unit}) and error (%){third}:");
        foreach (var point in study.Front(study.Methods[0]))
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {point.Cost,14:0.####}  {point.Error,7:0.00}  {Retrained(study, point)}{point.Architecture}"));
        return text.ToString();
    }

    /// <summary>Every point with whether it is on its method's front, and how its error was found (RFC 4180).</summary>
    public static string Csv(ParetoStudy study)
    {
        var fronts = study.Methods.SelectMany(study.Front).ToHashSet(ReferenceEqualityComparer.Instance);
        var text = new StringBuilder("method,seed,cost,error,front,architecture,retrained,measured,drawn\r\n");
        foreach (var p in study.Points)
            text.Append(string.Create(
                CultureInfo.InvariantCulture,
                $"{p.Method},{p.Seed},{p.Cost:R},{p.Error:R},{(fronts.Contains(p) ? 1 : 0)},\"{p.Architecture}\",{p.Retrained:R},"
                + $"\"{study.Error}\",\"{p.Drawn}\"\r\n"));
        return text.ToString();
    }

    /// <summary>The archive: a point a line.</summary>
    public static string JsonLines(ParetoStudy study) =>
        string.Concat(study.Points.Select(point => JsonSerializer.Serialize(point, ParetoJson.Default.ParetoPoint) + "\n"));

    private static string Retrained(ParetoStudy study, ParetoPoint point) =>
        study.IsRetrained ? string.Create(CultureInfo.InvariantCulture, $"{point.Retrained,7:0.00}  ") : "";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ParetoPoint))]
internal sealed partial class ParetoJson : JsonSerializerContext;

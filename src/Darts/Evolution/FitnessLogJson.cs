using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>A line of a <see cref="FitnessLog{TGenome}"/>.</summary>
internal sealed record FitnessLine(
    [property: JsonRequired] string Genome, [property: JsonRequired] IReadOnlyList<double> Objectives, double Violation);

/// <summary>The first line: what was measured.</summary>
internal sealed record FitnessIdentity([property: JsonRequired] string Identity);

/// <summary>Its form: names in camel case; infinities, which objectives of infeasible genomes may be, by name.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(FitnessLine))]
[JsonSerializable(typeof(FitnessIdentity))]
internal sealed partial class FitnessLogJson : JsonSerializerContext;

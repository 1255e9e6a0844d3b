using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Records;

/// <summary>
/// Generated JSON code of the log. A search that diverges has losses that are not numbers; its log must still be written and read.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunEnvironment))]
internal sealed partial class RunLogJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>A network that a compressed one is told beside; the new folder keeps it, as a fine-tuning may be stopped and go on.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Accuracy">On the test images, in percent.</param>
/// <param name="Model">Its ONNX file.</param>
internal sealed record ComparedNetwork(string Name, double Accuracy, byte[] Model)
{
    private const string FileName = "before.json";

    /// <summary>Keeps networks in a folder.</summary>
    public static void Write(string folder, IReadOnlyList<ComparedNetwork> networks) =>
        WholeFile.Write(
            Path.Combine(folder, FileName), JsonSerializer.Serialize(networks, ComparedNetworkJson.Default.IReadOnlyListComparedNetwork));

    /// <summary>The networks that a folder keeps; none where it keeps none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<ComparedNetwork> Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) return [];
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), ComparedNetworkJson.Default.IReadOnlyListComparedNetwork) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: is damaged ({e.Message}); without it the networks before are left out", e);
        }
    }
}

[JsonSerializable(typeof(IReadOnlyList<ComparedNetwork>))]
internal sealed partial class ComparedNetworkJson : JsonSerializerContext;

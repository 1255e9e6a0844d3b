using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Evaluation.Baselines;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Evaluation.Weights;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>
/// All that is needed to build a trained network again and to give it images: it travels in the metadata of a weights file.
/// </summary>
public sealed record NetworkDescription
{
    private const string Key = "network";

    /// <summary>Names of the hand-made networks.</summary>
    public static IReadOnlyList<string> Baselines { get; } = ["resnet20", "mobilenetv2"];

    /// <summary>A genotype in its official text, or one of <see cref="Baselines"/>.</summary>
    public required string Network { get; init; }

    /// <summary>Images and classes.</summary>
    public required ImageTask Task { get; init; }

    /// <summary>C of the first cell.</summary>
    public int InitChannels { get; init; }

    /// <summary>Number of cells; 0 for a cell of NAS-Bench-201.</summary>
    public int Layers { get; init; }

    /// <summary>Cells in each stage of a network of NAS-Bench-201; 0 for others.</summary>
    public int CellsPerStage { get; init; }

    /// <summary>Whether there is an auxiliary head.</summary>
    public bool Auxiliary { get; init; }

    /// <summary>What stands before the first cell.</summary>
    public StemForm Stem { get; init; }

    /// <summary>Mean of each channel of the images, in 0..1.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [];

    /// <summary>Standard deviation of each channel of the images, in 0..1.</summary>
    public IReadOnlyList<float> Deviation { get; init; } = [];

    /// <summary>Names of the classes, or null.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Whether it was trained on random parts of whole images, and so is given their middle, with a border left away.</summary>
    public bool WholeImages { get; init; }

    /// <summary>What it computes, operation by operation, where compression changed it; null for the network itself.</summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal IReadOnlyList<NetworkOperation>? Operations { get; init; }

    /// <summary>Whether it computes with bytes.</summary>
    [JsonIgnore]
    internal bool IsQuantised => Operations is [{ Kind: OperationKind.Quantise }, ..];

    /// <summary>Whether it is one of <see cref="Baselines"/>.</summary>
    [JsonIgnore]
    public bool IsBaseline => Baselines.Contains(Network);

    /// <summary>Builds the network with zeroed parameters.</summary>
    /// <exception cref="GenotypeFormatException">It is neither a baseline nor a genotype.</exception>
    public ImageClassifier<T> Build<T>(Backend<T> backend)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Network switch
        {
            _ when Operations is not null => new ListedNetwork<T>(backend, Task, Operations),
            "resnet20" => new ResNet20<T>(backend, Task),
            "mobilenetv2" => new MobileNetV2<T>(backend, Task),
            _ => Build(backend, GenotypeReader.Resolve(Network)),
        };

    /// <summary>Writes a network's weights and statistics with its description.</summary>
    /// <exception cref="CheckpointException">The file cannot be written; an older one stays.</exception>
    public void Save<T>(string path, ImageClassifier<T> net)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata(Key, JsonSerializer.Serialize(this, NetworkDescriptionContext.Default.NetworkDescription));
        StateDict.Save(net.Parameters, net.Backend, writer);
        CheckpointFile.Write(path, writer);
    }

    /// <summary>The description in a weights file.</summary>
    /// <exception cref="CheckpointException">The file is damaged or has no description.</exception>
    public static NetworkDescription Read(string path)
    {
        using var file = OpenOwn(path);
        return Of(file);
    }

    /// <summary>Builds the network of a weights file and reads its weights.</summary>
    /// <exception cref="CheckpointException">The file is damaged or has no description.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no safetensors file, or not of the network it says; the text names the tensor.
    /// </exception>
    public static (NetworkDescription Description, ImageClassifier<T> Net) Load<T>(string path, Backend<T> backend)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var file = OpenOwn(path);
        var description = Of(file);
        return (description, description.BuildWith(file, backend).Net);
    }

    /// <summary>
    /// Builds this network without an auxiliary head, which only training needs, and reads its weights from a file that another program
    /// wrote: a state dict with the official PyTorch names. Notes say what was done for that, a sentence each.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// It is no sound file of weights, or not of this network; the text names the options that differ, and a tensor.
    /// </exception>
    /// <exception cref="GenotypeFormatException">The network is neither a baseline nor a genotype.</exception>
    public (NetworkDescription Description, ImageClassifier<T> Net, IReadOnlyList<string> Notes) Import<T>(string path, Backend<T> backend)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var file = WeightsFile.Open(path);
        var description = this with { Auxiliary = false };
        var (net, notes) = description.BuildWith(file, backend);
        return (description, net, notes);
    }

    private ImageClassifier<T> Build<T>(Backend<T> backend, Genotype genotype)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => genotype.NasBench201 is { } cell
            ? new NasBench201Network<T>(backend, new NasBench201Shape(Task, InitChannels, CellsPerStage), cell)
            : new EvaluationNetwork<T>(backend, new EvaluationShape(Task, InitChannels, Layers, Auxiliary, Stem), genotype);

    private (ImageClassifier<T> Net, IReadOnlyList<string> Notes) BuildWith<T>(SafetensorsFile file, Backend<T> backend)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var net = Build(backend);
        try
        {
            return (net, WeightsReader.Read(file, net, this));
        }
        catch
        {
            net.Dispose();
            throw;
        }
    }

    private static SafetensorsFile OpenOwn(string path)
    {
        using (var file = SafetensorsFile.Open(path))
        {
            if (!file.Metadata.ContainsKey(Key))
                throw new CheckpointException(
                    $"{path}: does not say what network it is of; a file that no training here wrote needs --genotype or --arch");
        }

        return CheckpointFile.Open(path);
    }

    /// <summary>The description in an open weights file; null in a file of another program.</summary>
    internal static NetworkDescription? TryRead(SafetensorsFile file) => file.Metadata.ContainsKey(Key) ? Of(file) : null;

    private static NetworkDescription Of(SafetensorsFile file) =>
        JsonSerializer.Deserialize(file.Metadata[Key], NetworkDescriptionContext.Default.NetworkDescription)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(NetworkDescription))]
internal sealed partial class NetworkDescriptionContext : JsonSerializerContext;

using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Training;

/// <summary>Named starting points for <see cref="TrainOptions"/>.</summary>
public static class TrainPresets
{
    /// <summary>The preset that is used when none is named.</summary>
    public const string Default = "demo";

    private static readonly PresetList<TrainOptions> Presets = new(
        ("darts", new TrainOptions()),
        ("imagenet", new TrainOptions
        {
            Stem = "imagenet",
            Layers = 14,
            InitChannels = 48,
            Epochs = 250,
            BatchSize = 128,
            LearningRate = 0.1,
            LearningRateDecay = 0.97,
            WeightDecay = 3e-5,
            LabelSmoothing = 0.1,
            DropPath = 0,
            Cutout = false,
            ImageSize = 224,
            Crop = TrainOptions.ResizedCrop,
            ColorJitter = true,
        }),
        ("demo", new TrainOptions
        {
            Layers = 5,
            InitChannels = 8,
            Epochs = 3,
            BatchSize = 64,
            DropPath = 0,
            Augment = false,
            Cutout = false,
            Auxiliary = false,
            ReportInterval = 16,
        }));

    /// <summary>
    /// Known names: <c>darts</c> (the paper on CIFAR-10), <c>imagenet</c> (the paper on ImageNet), <c>demo</c> (a minute on two cores).
    /// </summary>
    public static IReadOnlyList<string> Names => Presets.Names;

    /// <summary>The options of a preset.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    public static TrainOptions Get(string name) => Presets[name];

    /// <summary>
    /// The options of a preset for a cell of NAS-Bench-201; in the size of the benchmark unless the small preset is named.
    /// </summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    internal static TrainOptions ForNasBench201(string? name) => Get(name ?? Default) with
    {
        Stem = "cifar",
        Layers = 0,
        CellsPerStage = name == Default ? 1 : 5,
        InitChannels = name == Default ? 8 : 16,
        Auxiliary = false,
        DropPath = 0,
    };
}

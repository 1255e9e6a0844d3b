using System.Text.Json;
using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Data;

/// <summary>What tells one data set from another, wherever it lies: a run goes on with equal data only.</summary>
/// <param name="Train">Number of training images.</param>
/// <param name="Test">Number of test images; 0 without any, or where they are not used.</param>
/// <param name="Shape">Channels, rows and columns.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="ClassNames">Their names, where there are any.</param>
/// <param name="TrainHash">Hash of labels and pixels, or of labels, names and lengths of files that are decoded at each use.</param>
/// <param name="TestHash">The same of the test images; null without any.</param>
internal sealed record DataFingerprint(int Train, int Test, string Shape, int Classes, IReadOnlyList<string>? ClassNames, string TrainHash,
    string? TestHash)
{
    /// <summary>Takes the fingerprint of some images.</summary>
    public static DataFingerprint From(ImageSet train, ImageSet? test = null) => new(
        train.Count, test?.Count ?? 0, $"{train.Channels}x{train.Height}x{train.Width}", train.Classes, train.ClassNames, train.Hash(),
        test?.Hash());

    /// <summary>By what other data differs, in words; null for the same data.</summary>
    public string? Difference(DataFingerprint now)
    {
        if (Train != now.Train) return $"then {Train} training images, now {now.Train}";
        if (Test != now.Test) return $"then {Test} test images, now {now.Test}";
        if (Shape != now.Shape) return $"then images of {Shape}, now of {now.Shape}";
        if (Classes != now.Classes) return $"then {Classes} classes, now {now.Classes}";
        // Names of classes can come and go with a text file that nothing is computed from.
        if (ClassNames is { } then && now.ClassNames is { } names)
            for (var k = 0; k < then.Count; k++)
                if (then[k] != names[k]) return $"then class {k} was '{then[k]}', now it is '{names[k]}'";
        if (TrainHash != now.TrainHash) return "as many training images and classes as then, but other images or labels";
        return TestHash != now.TestHash ? "the same training images, but other test images" : null;
    }

    /// <summary>As one line of JSON.</summary>
    public string Format() => JsonSerializer.Serialize(this, DataFingerprintContext.Default.DataFingerprint);

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    public static DataFingerprint Parse(string json) => JsonSerializer.Deserialize(json, DataFingerprintContext.Default.DataFingerprint)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DataFingerprint))]
internal sealed partial class DataFingerprintContext : JsonSerializerContext;

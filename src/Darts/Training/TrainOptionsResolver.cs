using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Training;

/// <summary>Builds options from three sources; a later one wins: preset, configuration file, command line.</summary>
public static class TrainOptionsResolver
{
    /// <summary>Resolves all sources and validates the result.</summary>
    /// <param name="preset">Preset named on the command line, or null: then the file's <c>preset</c>, then <see cref="TrainPresets.Default"/>.</param>
    /// <param name="configFile">A .json or .yaml file, or null.</param>
    /// <param name="commandLine">Options by name in any case style, with their values as typed.</param>
    /// <exception cref="OptionsException">Anything is wrong; all problems are listed.</exception>
    public static TrainOptions Resolve(string? preset, string? configFile, IEnumerable<KeyValuePair<string, string>> commandLine)
    {
        var fromFile = OptionMerge.ReadFile(configFile, TrainPresets.Names, ref preset);
        var problems = new List<OptionProblem>();
        var options = Merge(TrainPresets.Get(preset ?? TrainPresets.Default), fromFile, configFile ?? "", problems);
        return Validated(Merge(options, OptionMerge.Typed(commandLine), "", problems), problems);
    }

    /// <summary>Replaces some options by name and validates the result.</summary>
    /// <exception cref="OptionsException">A name is unknown, a value is malformed or out of range; all problems are listed.</exception>
    public static TrainOptions Apply(TrainOptions options, IEnumerable<KeyValuePair<string, string>> overrides)
    {
        var problems = new List<OptionProblem>();
        return Validated(Merge(options, OptionMerge.Typed(overrides), "", problems), problems);
    }

    /// <summary>All options as an indented JSON object with snake_case names.</summary>
    public static string Format(TrainOptions options) => JsonSerializer.Serialize(options, TrainOptionsContext.Default.TrainOptions);

    /// <summary>Reads a JSON object of options; what it does not name keeps the official default.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="OptionsException">The text is not JSON, or an option is unknown or out of range; all problems are listed.</exception>
    public static TrainOptions Parse(string json, string source = "options")
    {
        var problems = new List<OptionProblem>();
        return Validated(Merge(new TrainOptions(), OptionFile.ReadJson(json, source), source, problems), problems);
    }

    private static TrainOptions Merge(TrainOptions options, IEnumerable<OptionOverride> overrides, string source, List<OptionProblem> problems)
    {
        var merged = JsonSerializer.SerializeToNode(options, TrainOptionsContext.Default.TrainOptions)!.AsObject();
        OptionMerge.Into(merged, TrainOptionFields.All, overrides, source, problems);
        return merged.Deserialize(TrainOptionsContext.Default.TrainOptions)!;
    }

    private static TrainOptions Validated(TrainOptions options, List<OptionProblem> problems)
    {
        problems.AddRange(TrainOptionFields.Check(options));
        return problems.Count == 0 ? options : throw new OptionsException(problems);
    }
}

/// <summary>Named starting points for <see cref="TrainOptions"/>.</summary>
public static class TrainPresets
{
    /// <summary>The preset that is used when none is named.</summary>
    public const string Default = "demo";

    private static readonly (string Name, TrainOptions Options)[] Presets =
    [
        ("darts", new TrainOptions()),
        ("imagenet", new TrainOptions
        {
            Stem = "imagenet", Layers = 14, InitChannels = 48, Epochs = 250, BatchSize = 128, LearningRate = 0.1, LearningRateDecay = 0.97, WeightDecay = 3e-5,
            LabelSmoothing = 0.1, DropPath = 0, Cutout = false, ImageSize = 224, Crop = TrainOptions.ResizedCrop, ColorJitter = true,
        }),
        ("demo", new TrainOptions { Layers = 5, InitChannels = 8, Epochs = 3, BatchSize = 64, DropPath = 0, Augment = false, Cutout = false, Auxiliary = false, ReportInterval = 16 }),
    ];

    /// <summary>Known names: <c>darts</c> (the paper on CIFAR-10), <c>imagenet</c> (the paper on ImageNet), <c>demo</c> (a minute on two cores).</summary>
    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(Array.ConvertAll(Presets, preset => preset.Name));

    /// <summary>The options of a preset.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    public static TrainOptions Get(string name)
    {
        foreach (var preset in Presets)
            if (string.Equals(preset.Name, name, StringComparison.OrdinalIgnoreCase)) return preset.Options;
        throw new OptionsException([OptionProblem.NotAllowed("preset", $"'{name}'", string.Join(", ", Names))]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(TrainOptions))]
internal sealed partial class TrainOptionsContext : JsonSerializerContext;

using System.Collections;
using System.Globalization;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>
/// Reads CIFAR-10 and CIFAR-100 in their form for Python, which torchvision downloads: pickles of dictionaries with data (uint8 [N, 3072],
/// that is [N, 3, 32, 32]) and labels. The folder may still be packed as <c>.tar.gz</c>.
/// </summary>
/// <param name="name">Name of the set in messages.</param>
/// <param name="train">Names of the training files.</param>
/// <param name="test">Name of the test file.</param>
/// <param name="meta">Name of the file with the names of the classes.</param>
/// <param name="labelsKey">Key of the labels.</param>
/// <param name="namesKey">Key of the names of the classes.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="normalization">Normalisation of the set.</param>
internal sealed class CifarPythonReader(
    string name, string[] train, string test, string meta, string labelsKey, string namesKey, int classes, Normalization normalization)
{
    private const int Side = 32;
    private const int Channels = 3;
    private const int ImageBytes = Channels * Side * Side;

    /// <summary><c>cifar-10-batches-py</c>.</summary>
    public static CifarPythonReader Cifar10 { get; } = new(
        "CIFAR-10", [.. Enumerable.Range(1, 5).Select(i => string.Create(CultureInfo.InvariantCulture, $"data_batch_{i}"))],
        "test_batch", "batches.meta", "labels", "label_names", 10, Normalization.Cifar10);

    /// <summary><c>cifar-100-python</c>.</summary>
    public static CifarPythonReader Cifar100 { get; } = new(
        "CIFAR-100", ["train"], "test", "meta", "fine_labels", "fine_label_names", 100, Normalization.Cifar100);

    /// <summary>Looks at the names of some files; null where there are no training batches.</summary>
    public FoundData? Find(string from, FileSource files)
    {
        string[] found = [.. train.Where(files.Has)];
        var named = files.Has(meta);
        // Other sets have a file called train too.
        if (found.Length == 0 || (train.Length == 1 && !named)) return null;
        var tests = files.Has(test);
        var description = new DataDescription($"{name} in files for Python{files.Kind}", string.Join(", ", found), tests ? test : null, [])
        { Because = $"it has {string.Join(" and ", named ? [found[0], meta] : found[..1])}, which are pickles" };
        return FoundData.InMemory(from, description, () =>
        {
            var read = files.Read([.. found, .. named ? [meta] : Array.Empty<string>(), .. tests ? [test] : Array.Empty<string>()]);
            var names = named ? Names(Path.Combine(from, meta), read[meta]) : null;
            return new ImageData(
                from, Read(from, from, found, read, names), tests ? Read(Path.Combine(from, test), from, [test], read, names) : null,
                normalization);
        });
    }

    private ImageSet Read(
        string set, string from, string[] files, IReadOnlyDictionary<string, byte[]> read, string[]? classNames)
    {
        var parts = new List<(ReadOnlyMemory<byte> Pixels, int[] Labels)>();
        foreach (var file in files)
        {
            var path = Path.Combine(from, file);
            var batch = SafePickle.Dictionary(path, read[file]);
            if (batch.GetValueOrDefault("data") is not NumpyArray { Shape: [var images, ImageBytes] } data)
                throw new DataException($"{path}: has no array of images with {ImageBytes} bytes each under the key data; fetch it again");
            if (batch.GetValueOrDefault(labelsKey) is not IList labels || labels.Count != images)
                throw new DataException($"{path}: has no list of {images} labels under the key {labelsKey}; fetch it again");
            parts.Add((data.Pixels(path), [.. labels.Cast<object>().Select((label, i) => Label(path, label, i))]));
        }

        var pixels = new byte[checked(parts.Sum(part => part.Pixels.Length))];
        var next = 0;
        foreach (var part in parts)
        {
            part.Pixels.CopyTo(pixels.AsMemory(next));
            next += part.Pixels.Length;
        }

        return new ImageSet(set, Channels, Side, Side, classes, pixels, [.. parts.SelectMany(part => part.Labels)])
        { ClassNames = classNames };
    }

    private int Label(string path, object label, int image) => label is int value && value >= 0 && value < classes
        ? value
        : throw new DataException(
            $"{path}: image {image} has the label {label}; labels go from 0 to {classes - 1}, so it is not {name} or it is damaged");

    // Names are a courtesy of the set: without them it is as good.
    private string[]? Names(string path, byte[] pickle) =>
        SafePickle.Dictionary(path, pickle).GetValueOrDefault(namesKey) is IList names && names.Count == classes
            ? [.. names.Cast<object>().Select((text, k) => SafePickle.Text(text) ?? $"class {k}")]
            : null;
}

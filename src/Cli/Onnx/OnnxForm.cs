using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;

namespace MIOpenDarts.Cli.Onnx;

/// <summary>What an ONNX model takes, and what its metadata say of it.</summary>
/// <param name="Input">Name of the input.</param>
/// <param name="Output">Name of the output.</param>
/// <param name="TakesBytes">Whether images are bytes 0..255, not normalised floats.</param>
/// <param name="Batch">Images in a batch; 0 for any number.</param>
/// <param name="Description">Its task and what is known of it.</param>
internal sealed record OnnxForm(string Input, string Output, bool TakesBytes, int Batch, NetworkDescription Description)
{
    /// <summary>Reads it from a model that was loaded.</summary>
    /// <exception cref="InvalidDataException">
    /// It is no image classifier of one input and one output, or one of ours whose metadata are damaged.
    /// </exception>
    public static OnnxForm Read(string path, InferenceSession session)
    {
        if (session.InputMetadata.Count != 1 || session.OutputMetadata.Count != 1) throw Refused("has several inputs or outputs");
        var (input, output) = (session.InputMetadata.Single(), session.OutputMetadata.Single());
        var (images, logits) = (input.Value, output.Value);
        if (!images.IsTensor || images.Dimensions is not [var batch, (1 or 3) and var c, > 0 and var h, > 0 and var w])
            throw Refused("takes no images of 1 or 3 channels and fixed height and width");
        if (images.ElementDataType is not (TensorElementType.Float or TensorElementType.UInt8))
            throw Refused($"takes images of {images.ElementDataType}, not of floats or bytes");
        if (!logits.IsTensor || logits.ElementDataType != TensorElementType.Float || logits.Dimensions is not [_, > 1 and var classes])
            throw Refused("answers with no row of logits for each image");
        var bytes = images.ElementDataType == TensorElementType.UInt8;
        if ((long)batch * c * h * w > Array.MaxLength) throw new InvalidDataException(
            $"{path}: takes {batch:N0} images at a time, more than fit into one array; export it again with a smaller --batch");
        var metadata = session.ModelMetadata.CustomMetadataMap;
        var (mean, deviation) = (Numbers(OnnxMetadata.Mean), Numbers(OnnxMetadata.Deviation));
        if (mean.Count != deviation.Count || (mean.Count > 0 && mean.Count != c))
        {
            Unreadable($"has {mean.Count} means and {deviation.Count} deviations in its metadata for {c} channels");
            (mean, deviation) = ([], []);
        }

        var names = Classes();
        if (names is not null && names.Count != classes)
        {
            Unreadable($"names {names.Count} classes of {classes} in its metadata");
            names = null;
        }

        return new OnnxForm(input.Key, output.Key, bytes, Math.Max(batch, 0), new NetworkDescription
        {
            Network = metadata.GetValueOrDefault(OnnxMetadata.Network, path),
            Task = new ImageTask(c, h, w, classes),
            Mean = mean,
            Deviation = deviation,
            ClassNames = names,
            WholeImages = metadata.GetValueOrDefault(OnnxMetadata.WholeImages) == "true",
        });

        InvalidDataException Refused(string what) => new(
            $"{path}: {what}; wanted is an image classifier with one input [batch, channels, height, width] and one output "
            + "[batch, classes], as miopendarts export writes it");

        // Another program may mean something else by the same key; what it says there is then left aside.
        void Unreadable(string what)
        {
            if (session.ModelMetadata.ProducerName == OnnxExport.Producer)
                throw new InvalidDataException($"{path}: {what}; the file was changed, so export it again");
        }

        IReadOnlyList<float> Numbers(string key)
        {
            if (bytes || !metadata.TryGetValue(key, out var text) || text.Length == 0) return [];
            var numbers = new List<float>();
            foreach (var word in text.Split(','))
            {
                if (!float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                {
                    Unreadable($"has '{word.Trim()}' in the {key} of its metadata, which is no number");
                    return [];
                }

                numbers.Add(number);
            }

            return numbers;
        }

        IReadOnlyList<string>? Classes()
        {
            if (!metadata.TryGetValue(OnnxMetadata.Classes, out var text)) return null;
            try
            {
                return JsonSerializer.Deserialize(text, NetworkDescriptionContext.Default.IReadOnlyListString);
            }
            catch (JsonException)
            {
                Unreadable("has classes in its metadata that are no JSON array of names");
                return null;
            }
        }
    }
}

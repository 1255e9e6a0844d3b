// Classifies pictures with a model that `miopendarts export RUN --normalise` wrote: bytes in, logits out.
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using StbImageSharp;

using var session = new InferenceSession(args[0]);
using var options = new RunOptions();
var (input, output) = (session.InputMetadata.Single(), session.OutputMetadata.Keys.Single());
var (channels, height, width) = (input.Value.Dimensions[1], input.Value.Dimensions[2], input.Value.Dimensions[3]);
var labels = JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["classes"])!;
foreach (var file in args[1..])
{
    var picture = ImageResult.FromMemory(File.ReadAllBytes(file), channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
    // The nearest pixels of the square in the middle, one channel after another.
    var (side, pixels) = (Math.Min(picture.Height, picture.Width), new byte[channels * height * width]);
    for (var i = 0; i < pixels.Length; i++)
    {
        var (channel, y, x) = (i / (height * width), i / width % height, i % width);
        var row = (picture.Height - side) / 2 + (2 * y + 1) * side / (2 * height);
        var column = (picture.Width - side) / 2 + (2 * x + 1) * side / (2 * width);
        pixels[i] = picture.Data[(row * picture.Width + column) * channels + channel];
    }

    using var images = OrtValue.CreateTensorValueFromMemory(pixels, [1, channels, height, width]);
    using var results = session.Run(options, [input.Key], [images], [output]);
    var logits = results[0].GetTensorDataAsSpan<float>().ToArray();
    var best = Array.IndexOf(logits, logits.Max());
    Console.WriteLine($"{file}: {labels[best]} {100 / logits.Sum(logit => Math.Exp(logit - logits[best])):F1} %");
}

using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Cli.Onnx;

/// <summary>
/// Tests of a model in ONNX Runtime: its accuracy, and how far its logits are from those of the network it was exported from.
/// </summary>
internal static class OnnxTest
{
    /// <summary>Classifies all images of a set.</summary>
    /// <exception cref="DataException">The images are of another size or in other classes than the model's.</exception>
    /// <exception cref="NotFiniteNumberException">A logit is no number.</exception>
    public static TestResult Run(OnnxModel model, ImageSet images, Normalization usual)
    {
        NetworkTest.RequireTask(images, model.Description);
        var classes = model.Description.Task.Classes;
        var scores = new TestScores(classes);
        double loss = 0;
        for (var first = 0; first < images.Count; first += model.Batch)
        {
            var count = Math.Min(model.Batch, images.Count - first);
            var logits = model.Logits(images, first, count, usual);
            TestScores.RequireFinite(logits);
            var labels = images.Labels.Slice(first, count);
            for (var i = 0; i < count; i++) loss += TestScores.CrossEntropy(logits.AsSpan(i * classes, classes), labels[i]);
            scores.Add(logits, labels);
        }

        return scores.Result(loss);
    }

    /// <summary>Compares a model with the network it was exported from.</summary>
    /// <param name="model">The model.</param>
    /// <param name="net">The network; what was planned before is planned anew.</param>
    /// <param name="description">How the network's images are normalised.</param>
    /// <param name="images">The images.</param>
    /// <param name="most">How many of them at most.</param>
    /// <exception cref="DataException">The images are of another size or in other classes than the network's.</exception>
    public static OnnxDifference Compare(
        OnnxModel model, ImageClassifier<float> net, NetworkDescription description, ImageSet images, int most)
    {
        NetworkTest.RequireTask(images, description);
        var (test, classes, all) = (new NetworkTest(net), net.Task.Classes, Math.Min(most, images.Count));
        var together = Math.Min(model.Batch, all);
        net.Plan(together, training: false);
        var encoder = new ImageEncoder(images, new Normalization(description.Mean, description.Deviation));
        var (difference, largest, same) = (0f, 0f, 0);
        for (var first = 0; first < all; first += together)
        {
            var count = Math.Min(together, all - first);
            var pixels = new float[count * encoder.Size];
            for (var i = 0; i < count; i++) encoder.Encode(first + i, pixels.AsSpan(i * encoder.Size, encoder.Size));
            net.LoadBatch(pixels, images.Labels.Slice(first, count));
            net.Forward(Pass.Inference);
            var expected = test.Logits(count);
            var actual = model.Logits(images, first, count);
            for (var k = 0; k < actual.Length; k++)
            {
                difference = Math.Max(difference, Math.Abs(expected[k] - actual[k]));
                largest = Math.Max(largest, Math.Abs(expected[k]));
            }

            for (var i = 0; i < count; i++)
                if (TestScores.Largest(expected.Slice(i * classes, classes)) == TestScores.Largest(actual.AsSpan(i * classes, classes)))
                    same++;
        }

        return new OnnxDifference(all, difference, largest, same);
    }
}

/// <summary>How far a model is from the network it was exported from.</summary>
/// <param name="Images">Images that both classified.</param>
/// <param name="Difference">Largest difference of a logit; not a number where a logit is none.</param>
/// <param name="Largest">Largest magnitude of the network's logits.</param>
/// <param name="Same">Images that both put into the same class.</param>
internal sealed record OnnxDifference(int Images, float Difference, float Largest, int Same)
{
    // Two programs sum in other orders; a wrong operator changes a logit by far more.
    private const float Rounding = 1e-3f;

    // A sum near half a step may be rounded up in one program and down in the other, and a byte is far more than rounding.
    private const double Agreement = 0.99;

    // One in a hundred would be none of few images.
    private const int FewOthers = 3;

    /// <summary>Whether both answer alike, as networks over bytes do.</summary>
    public bool IsAgreement => Agree(Images, Same);

    /// <summary>Whether so many images of the same class are those of networks over bytes that answer alike.</summary>
    public static bool Agree(int images, int same) => images - same <= Math.Max(FewOthers, (1 - Agreement) * images);

    /// <summary>Whether rounding explains the difference.</summary>
    public bool IsRounding => Difference <= Rounding * Largest;
}

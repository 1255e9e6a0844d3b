using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Onnx.Tests;

/// <summary>A trained network over bytes classifies the test images alike in all its forms.</summary>
public sealed class QuantisedAgreementTests : IDisposable
{
    private readonly string trained = Path.GetTempFileName();

    public void Dispose() => File.Delete(trained);

    [Fact]
    [Trait("Category", "slow")]
    public void Of_all_test_images_99_in_100_get_one_class_from_integers_rounded_numbers_and_both_graphs()
    {
        var data = DataSource.Open(DataSource.FashionMnistSlice);
        using var backend = CpuBackend.Create(2);
        var network = Quantised(data, backend);
        var integers = IntegerNetwork.From(network);
        using var rounded = network.Build(backend);
        using var plainly = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        var model = QuantisedOnnx.Bytes(integers);
        using var optimised = new InferenceSession(model);
        using var unoptimised = new InferenceSession(model, plainly);
        var (test, same) = (data.Test!, 0);
        var encoder = new ImageEncoder(test, data.Normalization);
        rounded.Plan(1, training: false);
        for (var image = 0; image < test.Count; image++)
        {
            var pixels = new float[encoder.Size];
            encoder.Encode(image, pixels);
            rounded.LoadBatch(pixels, [0]);
            rounded.Forward(Layers.Modules.Pass.Inference);
            int[] answers =
            [
                TestScores.Largest(integers.Run(pixels).Logits), TestScores.Largest(new NetworkTest(rounded).Logits(1)),
                TestScores.Largest(Logits(optimised)), TestScores.Largest(Logits(unoptimised)),
            ];
            if (answers.Distinct().Count() == 1) same++;

            float[] Logits(InferenceSession session)
            {
                var task = integers.Task;
                var input = new DenseTensor<float>(pixels, [1, task.Channels, task.Height, task.Width]);
                using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
                return [.. outputs.Single().AsEnumerable<float>()];
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{same} of {test.Count} images");
        Assert.InRange(same, 0.99 * test.Count, test.Count);
    }

    private HostNetwork Quantised(ImageData data, Backend<float> backend)
    {
        var options = new TrainOptions
        {
            Layers = 3,
            InitChannels = 8,
            Epochs = 2,
            BatchSize = 64,
            DropPath = 0,
            Augment = false,
            Cutout = false,
            Auxiliary = false,
            DataWorkers = 1,
        };
        EvaluationTraining.Run(data, options, backend, weights: new WeightFiles(Last: trained));
        var (description, net) = NetworkDescription.Load(trained, backend);
        using (net)
        {
            var host = HostNetwork.From(description, net);
            var images = new CalibrationImages(data.Train, description, 256, options.Seed);
            return NetworkQuantiser.Apply(host, new QuantisationChoice(), images, backend).Network;
        }
    }
}

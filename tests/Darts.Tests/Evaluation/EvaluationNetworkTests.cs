using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Baselines;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Evaluation;

public class EvaluationNetworkTests
{
    private const string Wide =
        "Genotype(normal=[('conv_7x1_1x7', 0), ('none', 1), ('sep_conv_7x7', 2), ('avg_pool_3x3', 0)], normal_concat=range(2, 4), "
        + "reduce=[('conv_7x1_1x7', 0), ('sep_conv_5x5', 1), ('dil_conv_5x5', 2), ('skip_connect', 1)], reduce_concat=range(2, 4))";

    public static TheoryData<string, double, int> Networks() => new()
    {
        { "DARTS_V2", 0, 8 }, { "DARTS_V2", 0.3, 8 }, { "FairDARTS_c", 0.2, 16 }, { Wide, 0.3, 9 }, { "resnet20", 0, 8 },
        { "mobilenetv2", 0, 12 }, { "imagenet", 0.2, 32 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_are_those_of_the_loss(string name, double dropPath, int size)
    {
        using var backend = new ReferenceBackend<double>();
        using var net = Build(backend, name, size);
        net.LabelSmoothing = 0.1;
        net.SetDropPath(dropPath);
        var (pixels, labels) = Images<double>(net.Task, 6);
        net.LoadBatch(pixels, labels);
        var pass = new Pass(Training: true, Seed: 3);
        net.Forward(pass);
        net.Backward(pass);
        var values = new double[net.Parameters.Count];
        var diffs = new double[net.Parameters.Count];
        backend.Download<double>(net.Parameters.Values, values);
        backend.Download<double>(net.Parameters.Diffs, diffs);

        // The derivative along a random direction, which all parameters have a part in.
        var random = new CounterRandom(7, RandomStream.Weights);
        var direction = Array.ConvertAll(values, _ => random.NextNormal());
        var expected = direction.Zip(diffs, (a, b) => a * b).Sum();
        const double step = 1e-9;
        var difference = (LossAt(step) - LossAt(-step)) / (2 * step);
        Assert.True(Math.Abs(difference - expected) <= 1e-4 * Math.Max(1, Math.Abs(expected)), $"{difference} is not {expected}");

        double LossAt(double distance)
        {
            backend.Upload<double>(values.Zip(direction, (v, d) => v + distance * d).ToArray(), net.Parameters.Values);
            return net.Forward(pass).Loss;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_training_step_allocates_nothing(string name, double dropPath, int size)
    {
        using var backend = CpuBackend.Create(2);
        using var net = Build(backend, name, size);
        net.SetDropPath(dropPath);
        var (pixels, labels) = Images<float>(net.Task, 3);
        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            net.LoadBatch(pixels, labels);
            net.Forward(new Pass(Training: true));
            net.Backward(new Pass(Training: true));
        }
    }

    [Fact]
    public void An_inference_plan_needs_a_fraction_of_a_training_plan()
    {
        using var backend = new ReferenceBackend<float>();
        using var net = new EvaluationNetwork<float>(backend, new EvaluationShape(new ImageTask(3, 32, 32, 10), 36, 20, Auxiliary: true),
            NamedGenotypes.Get("DARTS_V2"));
        var (training, inference) = (net.ForecastBytes(96), net.ForecastBytes(96, training: false));
        Assert.InRange(training, 1L << 30, 5L << 30);
        Assert.True(inference < training / 4, $"{inference >> 20} of {training >> 20} MiB");
    }

    [Fact]
    public void A_node_without_inputs_is_left_out_with_what_reads_it()
    {
        var cell = DiscreteCell.From(NamedGenotypes.Get("FairDARTS_c").Normal, reduction: false);
        Assert.Equal([2, 4, 5], cell.Nodes.Select(n => n.State));
        Assert.Equal([2, 4, 5], cell.Concat);
        Assert.Single(cell.Nodes[^1].Edges);
    }

    [Theory]
    [InlineData("Genotype(normal=[('skip_connect', 3, 0)], normal_concat=[2], reduce=[('skip_connect', 2, 0)], reduce_concat=[2])",
        "normal_concat=[2]")]
    [InlineData("Genotype(normal=[('skip_connect', 2, 0)], normal_concat=[2], reduce=[('skip_connect', 2, 0)], reduce_concat=[1, 2])",
        "reduce_concat=[1, 2]")]
    public void A_genotype_that_no_network_can_be_built_of_is_refused(string text, string words)
    {
        var error = Assert.Throws<GenotypeFormatException>(() => Build(new ReferenceBackend<float>(), text, 8));
        Assert.Contains(words, error.Message);
    }

    private static ImageClassifier<T> Build<T>(Backend<T> backend, string name, int size)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var task = new ImageTask(3, size, size, 4);
        ImageClassifier<T> net = name switch
        {
            "resnet20" => new ResNet20<T>(backend, task),
            "mobilenetv2" => new MobileNetV2<T>(backend, task),
            "imagenet" =>
                new EvaluationNetwork<T>(backend, new EvaluationShape(task, 4, 3, Auxiliary: false, StemForm.ImageNet),
                NamedGenotypes.Get("DARTS_V1")),
            _ => new EvaluationNetwork<T>(backend, new EvaluationShape(task, 2, 4, Auxiliary: true), GenotypeReader.Resolve(name)),
        };
        net.Parameters.Initialize(5);
        net.Plan(6);
        return net;
    }

    private static (T[] Pixels, int[] Labels) Images<T>(ImageTask task, int count)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var random = new CounterRandom(1, RandomStream.Augmentation);
        var pixels = new T[count * task.Channels * task.Height * task.Width];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = T.CreateChecked((float)random.NextNormal());
        return (pixels, [.. Enumerable.Range(0, count).Select(i => i % task.Classes)]);
    }
}

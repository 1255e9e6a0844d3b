using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Tests.Goldens;

/// <summary>
/// A whole supernet: forward, loss and gradients, and three search steps of both orders, as the official code computes them.
/// </summary>
public class SupernetGoldenTests
{
    public static TheoryData<string, string> Networks() => Forms("supernet*.safetensors");

    public static TheoryData<string, string> Searches() => Forms("search_*.safetensors");

    [Theory]
    [MemberData(nameof(Networks))]
    public void Forward_loss_and_all_gradients_on_Reference_in_double(string file, string form)
    {
        using var backend = new ReferenceBackend<double>();
        CheckNetwork(backend, file, Enum.Parse<CellForm>(form), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Three_search_steps_on_Reference_in_double(string file, string form)
    {
        using var backend = new ReferenceBackend<double>();
        CheckSearch(backend, file, Enum.Parse<CellForm>(form), 1e-9);
    }

    // Five cells deep.
    [Theory]
    [MemberData(nameof(Networks))]
    public void Forward_loss_and_all_gradients_on_Cpu_in_float(string file, string form)
    {
        using var backend = CpuBackend.Create(2);
        CheckNetwork(backend, file, Enum.Parse<CellForm>(form), 5e-3);
    }

    internal static void CheckNetwork<T>(Backend<T> backend, string file, CellForm form, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var golden = SafetensorsFile.Open(file);
        using var net = Load(backend, golden, golden, "input", form);
        var training = new Pass(Training: true);
        net.LoadBatch(new(golden.ReadNumbers<T>("input"), Labels(golden.ReadInt64("labels"))));
        var result = net.Forward(training);
        net.Backward(training);
        Close.Equal<T>(golden, "logits", Raw(backend, net.Logits), tolerance);
        Close.Equal<T>(golden, "loss", [T.CreateChecked(result.Loss)], tolerance);
        Close.Gradients(golden, "grad.", net.Parameters.Parameters.Select(p => (p.Name, Raw(backend, p.Diff!))), tolerance);
        Close.Gradients(golden, "grad.", [("alphas_normal", net.Normal.Diffs), ("alphas_reduce", net.Reduce.Diffs)], tolerance);
        Close.Equal<double>(golden, "grad_norm", [Math.Sqrt(backend.SquaredNorm(net.Parameters.Diffs))],
            typeof(T) == typeof(double) ? tolerance : Close.Kinks);
        foreach (var s in net.Parameters.Statistics) Close.Equal<T>(golden, "after." + s.Name, Raw(backend, s), tolerance);
        foreach (var (counter, owner) in net.Parameters.Counters)
            Assert.Equal(golden.ReadInt64("after." + counter)[0], owner.BatchesTracked);
        net.Forward(Pass.Inference);
        Close.Equal<T>(golden, "eval_logits", Raw(backend, net.Logits), tolerance);
    }

    internal static void CheckSearch<T>(Backend<T> backend, string file, CellForm form, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var golden = SafetensorsFile.Open(file);
        using var initial = SafetensorsFile.Open(Path.Combine(Path.GetDirectoryName(file)!, "supernet_f64.safetensors"));
        using var net = Load(backend, initial, golden, "train_input", form);
        var unrolled = golden.Contains("step0.vector_norm");
        var sgd = new Sgd<T>(backend, net.Parameters, 0.9, 3e-4);
        var architect = new Architect<T>(net, sgd, [Adam(net.Normal), Adam(net.Reduce)], unrolled);
        var virtualWeights = Array.Empty<T>();
        architect.AtVirtualWeights = () => virtualWeights = Raw(backend, net.Parameters.Values);
        var training = new Pass(Training: true);
        for (var step = 0; golden.Contains($"step{step}.losses"); step++)
        {
            var (trainImages, trainLabels) = Batch<T>(golden, "train", step);
            var (validImages, validLabels) = Batch<T>(golden, "valid", step);
            architect.Step(new(trainImages, trainLabels), new(validImages, validLabels), 0.025, training);
            Close.Equal<T>(golden, $"step{step}.grad_alphas_normal", net.Normal.Diffs, tolerance);
            Close.Equal<T>(golden, $"step{step}.grad_alphas_reduce", net.Reduce.Diffs, tolerance);
            Close.Equal<T>(golden, $"step{step}.alphas_normal", net.Normal.Alphas, tolerance);
            Close.Equal<T>(golden, $"step{step}.alphas_reduce", net.Reduce.Alphas, tolerance);
            if (unrolled)
            {
                Close.Equal<double>(golden, $"step{step}.vector_norm", [architect.VectorNorm], tolerance);
                // The difference of two nearly equal gradients, divided by a small radius: its rounding is that much larger.
                Close.Equal<T>(golden, $"step{step}.implicit_grad_normal", architect.ImplicitDiffs[0], 1000 * tolerance);
                Close.Equal<T>(golden, $"step{step}.implicit_grad_reduce", architect.ImplicitDiffs[1], 1000 * tolerance);
                if (step == 0) Close.Equal<T>(golden, "step0.unrolled_theta", virtualWeights, tolerance);
            }

            net.LoadBatch(new(trainImages, trainLabels));
            var result = net.Forward(training);
            net.Backward(training);
            Close.Equal<T>(golden, $"step{step}.logits", Raw(backend, net.Logits), tolerance);
            Close.Equal<double>(golden, $"step{step}.losses", [.. architect.Losses, result.Loss], tolerance);
            Close.Equal<double>(golden, $"step{step}.grad_norm", [sgd.Clip(5)], tolerance);
            sgd.Step(0.025);
        }

        foreach (var t in net.Parameters.Parameters.Concat(net.Parameters.Statistics))
            Close.Equal<T>(golden, "final." + t.Name, Raw(backend, t), tolerance);
        foreach (var (counter, owner) in net.Parameters.Counters)
            Assert.Equal(golden.ReadInt64("final." + counter)[0], owner.BatchesTracked);
        Close.Equal<T>(golden, "final_adam.exp_avg_normal", architect.Adams[0].Mean, tolerance);
        Close.Equal<T>(golden, "final_adam.exp_avg_sq_reduce", architect.Adams[1].MeanSquare, tolerance);
        Close.Equal<T>(Concatenated(golden, "final_momentum.", net.Parameters), Raw(backend, sgd.MomentumBuffer), tolerance, "momentum");
    }

    internal static Supernet<T> Load<T>(Backend<T> backend, SafetensorsFile initial, SafetensorsFile inputs, string input, CellForm form)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var image = inputs[input].Shape;
        var stem = initial["init.stem.0.weight"].Shape;
        var layers = 1 + initial.Names.Where(n => n.StartsWith("init.cells.", StringComparison.Ordinal))
            .Max(n => int.Parse(n.Split('.')[2]));
        var shape = new SupernetShape(
            (int)stem[1], (int)image[^2], (int)image[^1], (int)initial["init.classifier.weight"].Shape[0], (int)stem[0] / 3, layers);
        var net = new Supernet<T>(backend, shape, form);
        net.Plan((int)image[^4]);
        StateDict.Load(net.Parameters, backend, initial, "init.");
        initial.ReadNumbers<T>("init.alphas_normal").CopyTo(net.Normal.Alphas, 0);
        initial.ReadNumbers<T>("init.alphas_reduce").CopyTo(net.Reduce.Alphas, 0);
        return net;
    }

    internal static T[] Raw<T>(Backend<T> backend, Tensor<T> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[tensor.Shape.Count];
        backend.Download<T>(tensor, values);
        return values;
    }

    private static TheoryData<string, string> Forms(string pattern) =>
        [.. GoldenFiles.Named(pattern).SelectMany(f => Enum.GetNames<CellForm>().Select(form => (f, form)))];

    private static Adam<T> Adam<T>(ArchitectureParameters<T> alphas)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(alphas.Alphas.Length, 3e-4, 0.5, 0.999, 1e-3);

    private static (T[] Images, int[] Labels) Batch<T>(SafetensorsFile golden, string kind, int step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var images = golden.ReadNumbers<T>(kind + "_input");
        var labels = Labels(golden.ReadInt64(kind + "_labels"));
        var steps = (int)golden[kind + "_input"].Shape[0];
        return (images[(images.Length / steps * step)..(images.Length / steps * (step + 1))],
            labels[(labels.Length / steps * step)..(labels.Length / steps * (step + 1))]);
    }

    private static double[] Concatenated<T>(SafetensorsFile golden, string prefix, ParameterSet<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            [.. parameters.Parameters.SelectMany(p => golden.ReadDouble(prefix + p.Name))];

    private static int[] Labels(long[] labels) => Array.ConvertAll(labels, l => (int)l);
}

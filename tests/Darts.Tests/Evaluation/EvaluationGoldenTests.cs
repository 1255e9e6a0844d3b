using System.Numerics;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Tests.Goldens;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Tests.Evaluation;

/// <summary>Whole discrete networks of DARTS_V2 as the official <c>model.py</c> computes them, with and without auxiliary head.</summary>
public class EvaluationGoldenTests
{
    public static TheoryData<string, string> Cases() =>
        [.. GoldenFiles.Cases("evalnet*.safetensors", ".input").Select(c => (c.File, c.Case))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reference_in_double_computes_what_the_official_code_does(string file, string name)
    {
        using var backend = new ReferenceBackend<double>();
        Check(backend, file, name, 1e-9);
    }

    // Relative to the largest value, through 20 batch norms, the last of which have 4·8·8 values a channel.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Cpu_in_float_agrees(string file, string name)
    {
        using var backend = CpuBackend.Create(2);
        Check(backend, file, name, 2e-3);
    }

    private static void Check<T>(Backend<T> backend, string file, string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var golden = SafetensorsFile.Open(file);
        var image = golden[name + ".input"].Shape;
        var task = new ImageTask((int)image[1], (int)image[2], (int)image[3], (int)golden[name + ".init.classifier.weight"].Shape[0]);
        var layers = 1 + golden.Names.Where(n => n.StartsWith(name + ".init.cells.", StringComparison.Ordinal))
            .Max(n => int.Parse(n.Split('.')[3]));
        var shape = new EvaluationShape(task, (int)golden[name + ".init.stem.0.weight"].Shape[0] / 3, layers,
            golden.Contains(name + ".train_logits_aux"));
        using var net = new EvaluationNetwork<T>(backend, shape, NamedGenotypes.Get("DARTS_V2"));
        net.Plan((int)image[0]);
        StateDict.Load(net.Parameters, backend, golden, name + ".init.");
        Assert.Equal(golden.Names.Count(n => n.StartsWith(name + ".grad.", StringComparison.Ordinal)), net.Parameters.Parameters.Count());

        var training = new Pass(Training: true);
        net.LoadBatch(golden.ReadNumbers<T>(name + ".input"), Array.ConvertAll(golden.ReadInt64(name + ".labels"), l => (int)l));
        var result = net.Forward(training);
        Close.Equal<T>(golden, name + ".train_logits", Images(backend, net.Logits), tolerance);
        if (shape.Auxiliary) Close.Equal<T>(golden, name + ".train_logits_aux", Images(backend, net.AuxiliaryLogits!), tolerance);
        Close.Equal<double>(golden, name + ".loss", [result.Loss], tolerance);
        net.Backward(training);
        Close.Gradients(golden, name + ".grad.", net.Parameters.Parameters.Select(p => (p.Name, SupernetGoldenTests.Raw(backend, p.Diff!))),
            tolerance);
        foreach (var s in net.Parameters.Statistics)
            Close.Equal<T>(golden, $"{name}.after.{s.Name}", SupernetGoldenTests.Raw(backend, s), tolerance);
        foreach (var (counter, owner) in net.Parameters.Counters)
            Assert.Equal(golden.ReadInt64($"{name}.after.{counter}")[0], owner.BatchesTracked);
        net.Forward(Pass.Inference);
        Close.Equal<T>(golden, name + ".eval_logits", Images(backend, net.Logits), tolerance);
        net.Plan((int)image[0], training: false);
        net.LoadBatch(golden.ReadNumbers<T>(name + ".input"), Array.ConvertAll(golden.ReadInt64(name + ".labels"), l => (int)l));
        net.Forward(Pass.Inference);
        Close.Equal<T>(golden, name + ".eval_logits", Images(backend, net.Logits), tolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_state_dict_in_a_file_of_its_own_gives_the_official_logits(string file, string name)
    {
        using var golden = SafetensorsFile.Open(file);
        var writer = new SafetensorsWriter();
        foreach (var full in golden.Names.Where(n => n.StartsWith(name + ".init.", StringComparison.Ordinal)))
        {
            // The logits in inference were recorded after one step had moved the statistics.
            var (tensor, after) = (full[(name.Length + 6)..], full.Replace(".init.", ".after.", StringComparison.Ordinal));
            var source = golden.Contains(after) ? after : full;
            if (golden[source].Type == SafetensorsType.I64) writer.Add(tensor, golden.ReadInt64(source), [.. golden[source].Shape]);
            else writer.Add(tensor, golden.ReadDouble(source), [.. golden[source].Shape]);
        }

        var path = Path.GetTempFileName();
        try
        {
            using (var stream = File.Create(path)) writer.WriteTo(stream);
            var image = golden[name + ".input"].Shape;
            var description = new NetworkDescription
            {
                Network = "DARTS_V2",
                Task = new ImageTask((int)image[1], (int)image[2], (int)image[3], (int)golden[name + ".init.classifier.weight"].Shape[0]),
                InitChannels = (int)golden[name + ".init.stem.0.weight"].Shape[0] / 3,
                Layers = 5,
            };
            using var backend = new ReferenceBackend<double>();
            var (imported, net, notes) = description.Import(path, backend);
            Assert.False(imported.Auxiliary);
            Assert.Empty(notes);
            net.Plan((int)image[0], training: false);
            net.LoadBatch(golden.ReadDouble(name + ".input"), Array.ConvertAll(golden.ReadInt64(name + ".labels"), l => (int)l));
            net.Forward(Pass.Inference);
            Close.Equal<double>(golden, name + ".eval_logits", Images(backend, net.Logits), 1e-9);
            net.Dispose();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static T[] Images<T>(Backend<T> backend, Tensor<T> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[tensor.Shape.Count];
        backend.ReadImages(tensor, values);
        return values;
    }
}

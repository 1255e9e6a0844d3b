using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Tests.Goldens;

/// <summary>Every module of ops_*.safetensors: outputs, gradients and statistics as the official code computes them.</summary>
public class PrimitiveGoldenTests
{
    public static TheoryData<string, string> Cases() =>
        [.. GoldenFiles.Cases("ops*.safetensors", ".input").Select(c => (c.File, c.Case))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reference_in_double_computes_what_the_official_code_does(string file, string name)
    {
        using var backend = new ReferenceBackend<double>();
        Check(backend, file, name, tolerance: 1e-9);
    }

    // Relative to the largest value: sums of at most 100 products, through at most two batch norms of at least 18 values each.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Cpu_in_float_agrees(string file, string name)
    {
        using var backend = CpuBackend.Create(2);
        Check(backend, file, name, tolerance: 3e-5);
    }

    internal static void Check<T>(Backend<T> backend, string file, string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var golden = SafetensorsFile.Open(file);
        using var parameters = new ParameterSet<T>();
        var architecture = new ArchitectureParameters<T>(edges: 1);
        var weights = architecture.Mixing;
        var shape = golden[name + ".input"].Shape;
        var module = Build(parameters, name, golden, architecture);
        parameters.Commit(backend);
        using var storage = backend.Allocate(1024);
        architecture.Bind(storage);
        using var plan = new MemoryPlan<T>(backend, (int)shape[0]);
        var src = plan.ActivationWithDiff("src", (int)shape[1], (int)shape[2], (int)shape[3]);
        var dst = module.Plan(plan, src);
        plan.Commit();

        StateDict.Load(parameters, backend, golden, name + ".param.");
        if (golden.Contains(name + ".weights")) backend.Upload<T>(golden.ReadNumbers<T>(name + ".weights"), weights);
        backend.WriteImages(golden.ReadNumbers<T>(name + ".input"), src);
        var training = new Pass(Training: true);
        module.Forward(training);
        Expect(".output", dst);
        backend.WriteImages(golden.ReadNumbers<T>(name + ".grad_output"), dst.Diff!);
        module.Backward(training, accumulate: false);
        Expect(".grad_input", src.Diff!);
        foreach (var p in parameters.Parameters) Close.Equal<T>(golden, $"{name}.grad.{p.Name}", Raw(p.Diff!), tolerance);
        foreach (var s in parameters.Statistics) Close.Equal<T>(golden, $"{name}.after.{s.Name}", Raw(s), tolerance);
        foreach (var (counter, owner) in parameters.Counters)
            Assert.Equal(golden.ReadInt64($"{name}.after.{counter}")[0], owner.BatchesTracked);
        if (golden.Contains(name + ".grad_weights")) Close.Equal<T>(golden, name + ".grad_weights", Raw(weights.Diff!), tolerance);
        module.Forward(Pass.Inference);
        Expect(".eval_output", dst);

        void Expect(string what, Tensor<T> tensor)
        {
            var values = new T[tensor.Shape.Count];
            backend.ReadImages(tensor, values);
            Close.Equal<T>(golden, name + what, values, tolerance);
        }

        T[] Raw(Tensor<T> tensor)
        {
            var values = new T[tensor.Shape.Count];
            backend.Download<T>(tensor, values);
            return values;
        }
    }

    private static Module<T> Build<T>(ParameterSet<T> parameters, string name, SafetensorsFile golden,
        ArchitectureParameters<T> architecture)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parts = name.Split('.');
        var inputs = (int)golden[name + ".input"].Shape[1];
        var outputs = (int)golden[name + ".output"].Shape[1];
        var stride = name.Contains(".s2.", StringComparison.Ordinal) ? 2 : 1;
        if (Primitives.TryParse(parts[0], out var primitive))
        {
            var search = parts[^1] == "search";
            return primitive.Build(new OperationSite<T>(parameters, "", inputs, stride, Affine: !search, PoolNorm: search));
        }

        return parts[0] switch
        {
            "mixed" => new MixedOp<T>(parameters, "", inputs, stride, architecture, 0),
            "ties" => Primitives.MaxPool3x3.Build(new OperationSite<T>(parameters, "", inputs, stride, Affine: false, PoolNorm: false)),
            "relu_conv_bn" => new ReluConvBn<T>(parameters, "", inputs, outputs, Window2D.Point, parts[1] == "affine"),
            "factorized_reduce" => new FactorizedReduce<T>(parameters, "", inputs, outputs, parts[1] == "affine"),
            _ => throw new InvalidDataException($"The golden case '{name}' is of a kind that this test does not know."),
        };
    }
}

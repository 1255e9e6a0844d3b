using System.Numerics;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Tests.Goldens;

/// <summary>Whole cells of ops_*.safetensors, in textbook and in shared form.</summary>
public class CellGoldenTests
{
    /// <summary>
    /// In these a value comes nearer to a kink than rounding may reach. Their gradients are compared in double precision only; all else is
    /// continuous there.
    /// </summary>
    private static readonly string[] NearKinks = ["cell.normal", "cell.after_reduce"];

    public static TheoryData<string, string, string> Cases() =>
        [.. GoldenFiles.Cases("ops*.safetensors", ".input0").SelectMany(c => Enum.GetNames<CellForm>().Select(f => (c.File, c.Case, f)))];

    public static TheoryData<string, string> Names() => [.. GoldenFiles.Cases("ops*.safetensors", ".input0").Select(c => (c.File, c.Case))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reference_in_double_computes_what_the_official_code_does(string file, string name, string form)
    {
        using var backend = new ReferenceBackend<double>();
        Check(backend, file, name, Enum.Parse<CellForm>(form), tolerance: 1e-9);
    }

    // A cell is four mixed ops deep, so a rounding passes up to eight batch norms.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Cpu_in_float_agrees(string file, string name, string form)
    {
        using var backend = CpuBackend.Create(2);
        Check(backend, file, name, Enum.Parse<CellForm>(form), tolerance: 2e-4);
    }

    /// <summary>
    /// So that rounding decides over no gradient that is compared in single precision, and no more than two of the cells are left out.
    /// </summary>
    [Fact]
    public void No_value_of_a_primitive_comes_near_a_kink_and_of_the_cells_those_do_that_are_named()
    {
        foreach (var (file, name) in GoldenFiles.Cases("ops*.safetensors", ".input"))
        {
            using var backend = new KinkBackend();
            PrimitiveGoldenTests.Check(backend, file, name, tolerance: 1e-9);
            Assert.True(backend.Margin >= KinkBackend.Safe, $"{name}: {backend.Margin:E2}");
        }

        var near = new List<string>();
        foreach (var (file, name) in GoldenFiles.Cases("ops*.safetensors", ".input0"))
        {
            using var backend = new KinkBackend();
            Check(backend, file, name, CellForm.Shared, tolerance: 1e-9);
            if (backend.Margin < KinkBackend.Safe) near.Add(name);
        }

        Assert.Equal(NearKinks.Order(), near.Order());
    }

    // Not the last of its network: its outputs stay where they are computed.
    [Theory]
    [MemberData(nameof(Names))]
    public void A_shared_cell_that_others_read_agrees(string file, string name)
    {
        using var backend = CpuBackend.Create(2);
        Check(backend, file, name, CellForm.Shared, tolerance: 2e-4, cells: 2);
    }

    internal static void Check<T>(Backend<T> backend, string file, string name, CellForm form, double tolerance, int cells = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var golden = SafetensorsFile.Open(file);
        using var parameters = new ParameterSet<T>();
        var alphas = new ArchitectureParameters<T>(14);
        var (shape0, shape1) = (golden[name + ".input0"].Shape, golden[name + ".input1"].Shape);
        var cell = new Cell<T>(
            parameters, "", new SupernetShape(3, 16, 16, 10, 4, 5), 4, (int)shape0[1], (int)shape1[1],
            name.EndsWith(".reduce", StringComparison.Ordinal), name.EndsWith("after_reduce", StringComparison.Ordinal), alphas);
        ICell<T> running = form == CellForm.Textbook ? cell : new SharedCell<T>(cell, 0, cells);
        parameters.Commit(backend);
        using var storage = backend.Allocate(4096);
        alphas.Bind(storage);
        using var plan = new MemoryPlan<T>(backend, (int)shape0[0]);
        var src0 = plan.ActivationWithDiff("src0", (int)shape0[1], (int)shape0[2], (int)shape0[3]);
        var src1 = plan.ActivationWithDiff("src1", (int)shape1[1], (int)shape1[2], (int)shape1[3]);
        running.Plan(plan, src0, src1);
        if (form == CellForm.Shared) Assert.Equal(cells > 1 && backend.Name == "cpu", running.Dst.Segments.Count > 0);
        plan.Commit();

        StateDict.Load(parameters, backend, golden, name + ".param.");
        backend.Upload<T>(golden.ReadNumbers<T>(name + ".weights"), alphas.Mixing);
        backend.WriteImages(golden.ReadNumbers<T>(name + ".input0"), src0);
        backend.WriteImages(golden.ReadNumbers<T>(name + ".input1"), src1);
        var training = new Pass(Training: true);
        running.Forward(training);
        Expect(".output", running.Dst);
        backend.WriteImages(golden.ReadNumbers<T>(name + ".grad_output"), running.Dst.Diff!);
        running.Backward(training);
        if (typeof(T) == typeof(double) || !NearKinks.Contains(name))
        {
            Expect(".grad_input0", src0.Diff!);
            Expect(".grad_input1", src1.Diff!);
            Close.Equal<T>(golden, name + ".grad_weights", Raw(alphas.Mixing.Diff!), tolerance);
            foreach (var p in parameters.Parameters) Close.Equal<T>(golden, $"{name}.grad.{p.Name}", Raw(p.Diff!), tolerance);
        }

        foreach (var s in parameters.Statistics) Close.Equal<T>(golden, $"{name}.after.{s.Name}", Raw(s), tolerance);
        running.Forward(Pass.Inference);
        Expect(".eval_output", running.Dst);

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
}

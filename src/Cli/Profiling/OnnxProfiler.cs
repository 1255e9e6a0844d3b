using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Cli.Profiling;

/// <summary>Runs parts and networks in ONNX Runtime on the processor, exported with folded batch norms.</summary>
/// <param name="batch">Images in a batch.</param>
/// <param name="threads">Threads of an operation.</param>
internal sealed class OnnxProfiler(int batch, int threads) : IProfiler
{
    /// <summary>As the option <c>backend</c> takes it.</summary>
    public const string Name = "onnxruntime";

    private readonly Backend<float> exporting = CpuBackend.Create(1);

    /// <inheritdoc/>
    public TableDevice Device { get; } = new(
        RunEnvironment.ThisProcessor, Name, threads,
        $"miopendarts {RunEnvironment.ThisVersion}; ONNX Runtime {OnnxLibrary.Version}");

    /// <inheritdoc/>
    public int RunsTogether => 1;

    /// <inheritdoc/>
    public IPreparedRun? Prepare(NetworkPart part)
    {
        // An identity is no node of a graph.
        if (part.IsIdentity) return null;
        using var parameters = new ParameterSet<float>();
        var graph = new InferenceGraph<float>(part.Inputs, part.Height, part.Width);
        if (part.Build(parameters) is { } module)
        {
            parameters.Commit(exporting);
            parameters.Initialize(1);
            graph.SetOutput(module.Trace(graph, graph.Input));
        }
        else
        {
            graph.SetOutput(part.Name == NetworkPart.Sum
                ? graph.Sum(graph.Input, graph.Input)
                : graph.Concat([.. Enumerable.Repeat(graph.Input, part.Outputs / part.Inputs)]));
        }

        return new OnnxRun(Export(graph), batch, part.Inputs, part.Height, part.Width, threads);
    }

    /// <inheritdoc/>
    public IPreparedRun Prepare(ITargetNetwork network, Genotype genotype)
    {
        using var net = network.Build(exporting, genotype);
        net.Parameters.Initialize(1);
        var task = network.Task;
        return new OnnxRun(Export(net.Trace()), batch, task.Channels, task.Height, task.Width, threads);
    }

    /// <inheritdoc/>
    public void Dispose() => exporting.Dispose();

    private byte[] Export(InferenceGraph<float> graph) => OnnxExport.Bytes(exporting, graph, foldNorms: true);
}

using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>
/// A whole search cell in the shared form, between two others of its kind: 4C channels in and out (2C in at a reduction).
/// </summary>
internal sealed class CellCase(bool reduction) : OperationCase(reduction ? "reduction_cell" : "normal_cell")
{
    private static readonly SupernetShape Structure = new(3, 32, 32, 10, 16, 8);

    private int Inputs => Structure.Multiplier / (reduction ? 2 : 1);

    public override Work Forward(Geometry g)
    {
        using var parameters = new ParameterSet<float>();
        var cell = Create(parameters, g, new ArchitectureParameters<float>(Structure.Edges));
        var src = Source(g);
        return Work.From((double)g.Batch * SupernetArithmetic.Cell(cell, src, src), 2 * src.Count + Destination(g));
    }

    public override Work Backward(Geometry g) => new(2 * Forward(g).Flops, sizeof(float) * (4.0 * Source(g).Count + Destination(g)));

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var source = Source(g);
        var weights = bench.Filter(1, Structure.Edges * 8, 1);
        var architecture = new ArchitectureParameters<float>(Structure.Edges);
        var cell = new SharedCell<float>(Create(bench.Parameters, g, architecture), 0, 1);
        var dst = cell.Plan(bench.Plan, bench.Images(source.C, source.H), bench.Images(source.C, source.H));
        var pass = new Pass(Training: true);
        bench.Fill(dst.Diff!);
        return (Forward, () => cell.Backward(pass));

        void Forward()
        {
            // The bench has addresses when it runs, not yet when it is built.
            architecture.Mixing.Bind(weights.Address);
            architecture.Mixing.Diff!.Bind(weights.Diff!.Address);
            cell.Forward(pass);
        }
    }

    private Cell<float> Create(ParameterSet<float> parameters, Geometry g, ArchitectureParameters<float> architecture)
    {
        var inputs = Inputs * g.Channels;
        return new Cell<float>(parameters, "", Structure, g.Channels, inputs, inputs, reduction, afterReduction: false, architecture);
    }

    // A reduction cell with C channels is measured on the larger image that it halves.
    private Shape Source(Geometry g) => new(g.Batch, Inputs * g.Channels, reduction ? 2 * g.Size : g.Size, reduction ? 2 * g.Size : g.Size);

    private static double Destination(Geometry g) => Structure.Multiplier * g.Count;
}

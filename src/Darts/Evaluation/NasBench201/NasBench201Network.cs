using System.Numerics;
using MIOpenDarts.Darts.Evaluation.Baselines;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Evaluation.NasBench201;

/// <summary>
/// A network of NAS-Bench-201 (Dong and Yang 2020, section 2.1), with the names of <c>tiny_network.py</c> of D-X-Y/AutoDL-Projects: stem,
/// three stages of N cells, between them residual blocks of stride 2, batch norm, ReLU, global pool, classifier.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class NasBench201Network<T> : BaselineNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Builds the network of a cell on a backend with zeroed parameters.</summary>
    /// <exception cref="OptionsException">The images cannot be halved twice.</exception>
    public NasBench201Network(Backend<T> backend, NasBench201Shape shape, NasBench201Cell cell)
        : this(backend, shape, cell.Operations.ToArray())
    {
    }

    private NasBench201Network(Backend<T> backend, NasBench201Shape shape, Primitive[] operations)
        : this(backend, shape, (net, prefix, edge, channels) => operations[edge].Build(
            new OperationSite<T>(net.Parameters, $"{prefix}layers.{edge}.", channels, Stride: 1, Affine: true, PoolNorm: false)))
    {
    }

    /// <summary>Builds a network of cells with any modules on their edges.</summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="edge">Makes what stands on an edge, by the cell's prefix, the edge and the channels.</param>
    /// <param name="weights">Weights of the edges of all cells; null where all are one.</param>
    internal NasBench201Network(
        Backend<T> backend, NasBench201Shape shape, Func<NasBench201Network<T>, string, int, int, Module<T>> edge,
        EdgeWeights<T>? weights = null)
        : base(backend, shape.Validated().Task)
    {
        var (topology, channels, index) = (CellSpace.NasBench201.Topology, shape.InitChannels, 0);
        Append(Convolve("stem.0", Task.Channels, channels, Window2D.Square(3, 1, 1)), Norm("stem.1", channels));
        for (var stage = 0; stage < NasBench201Shape.Stages; stage++)
        {
            if (stage > 0)
            {
                Append(Reduction(Parameters, $"cells.{index++}.", channels));
                channels *= 2;
            }

            for (var i = 0; i < shape.CellsPerStage; i++, index++)
            {
                var (prefix, width) = ($"cells.{index}.", channels);
                Append(new SummingCell<T>(
                    topology, [.. Enumerable.Range(0, topology.Edges).Select(e => edge(this, prefix, e, width))], weights));
            }
        }

        Append(Norm("lastact.0", channels), new Relu<T>());
        Append(new GlobalAveragePool<T>());
        Append(new Linear<T>(Parameters, "classifier.", channels, Task.Classes));
        Parameters.Commit(backend);
    }

    /// <summary>
    /// [N,C,H,W] to [N,2C,H/2,W/2]: two 3x3 convolutions, beside a 2x2 pool and a 1x1 convolution without batch norm.
    /// </summary>
    internal static Residual<T> Reduction(ParameterSet<T> parameters, string prefix, int channels) => new(
        new Sequential<T>(
            new ReluConvBn<T>(parameters, prefix + "conv_a.", channels, 2 * channels, Window2D.Square(3, 2, 1), affine: true),
            new ReluConvBn<T>(parameters, prefix + "conv_b.", 2 * channels, 2 * channels, Window2D.Square(3, 1, 1), affine: true)),
        new Sequential<T>(
            new AveragePool<T>(Window2D.Square(2, 2, 0)),
            new Convolution<T>(parameters, prefix + "downsample.1.", channels, 2 * channels, Window2D.Point)));
}

using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs.Tables;

/// <summary>The networks of the literature whose parts the tables of this program have, whatever their genotype.</summary>
internal static class PublishedNetworks
{
    private static readonly ImageTask Images = new(3, 32, 32, 10);

    /// <summary>DARTS on CIFAR-10: 36 channels, 20 cells.</summary>
    public static TargetNetwork Cifar10 { get; } = new(new EvaluationShape(Images, 36, 20, Auxiliary: false));

    /// <summary>The same with the channels and cells of its search: 16 and 8.</summary>
    public static TargetNetwork Cifar10Search { get; } = new(new EvaluationShape(Images, 16, 8, Auxiliary: false));

    /// <summary>DARTS on ImageNet: 48 channels, 14 cells, 224x224 pixels.</summary>
    public static TargetNetwork ImageNet { get; } = new(
        new EvaluationShape(new ImageTask(3, 224, 224, 1000), 48, 14, Auxiliary: false, StemForm.ImageNet));

    /// <summary>NAS-Bench-201: 16 channels, 5 cells a stage, CIFAR-10.</summary>
    public static NasBench201Target NasBench201 { get; } = new(new NasBench201Shape(Images));

    /// <summary>What a message says of them.</summary>
    public const string InWords =
        "it has cells of 4 nodes in 20 from 36 channels and 8 from 16, on 32x32 pixels of 10 classes, in 14 from 48 on ImageNet, and those "
        + "of NAS-Bench-201 in 5 a stage from 16 channels on 32x32 pixels; ";

    /// <summary>Every part that they have, those of <see cref="Cifar10"/> first. Stems for grey images are among them.</summary>
    public static IReadOnlyList<NetworkPart> Parts { get; } =
    [
        .. Of(Cifar10).Concat(Of(Grey(Cifar10))).Concat(Of(Cifar10Search)).Concat(Of(Grey(Cifar10Search)))
            .Concat(NasBench201.PartsOfAny(CellSpace.NasBench201)).Concat(Of(ImageNet)).Distinct(),
    ];

    private static IEnumerable<NetworkPart> Of(TargetNetwork network) => network.PartsOfAny(CellSpace.Darts);

    private static TargetNetwork Grey(TargetNetwork network) =>
        new(network.Shape with { Task = network.Shape.Task with { Channels = 1 } });
}

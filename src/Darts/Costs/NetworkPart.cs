using System.Globalization;
using System.Numerics;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Costs;

/// <summary>
/// An operation of a discrete network at the size it has there: what a cost belongs to. Two parts with equal numbers cost the same,
/// wherever they stand.
/// </summary>
/// <param name="Name">A primitive's official name, or one of the names below.</param>
/// <param name="Inputs">Channels of its source.</param>
/// <param name="Outputs">Channels of its destination.</param>
/// <param name="Height">Rows of its source.</param>
/// <param name="Width">Columns of its source.</param>
/// <param name="Stride">1 or 2.</param>
internal sealed record NetworkPart(string Name, int Inputs, int Outputs, int Height, int Width, int Stride)
{
    /// <summary>The first convolution and its norm.</summary>
    public const string Stem = "stem";

    /// <summary>The stem of ImageNet's form up to a fourth of the size, and from there to an eighth.</summary>
    public const string Stem0 = "stem0", Stem1 = "stem1";

    /// <summary>ReLU, 1x1 convolution, norm: a cell's input with its channels.</summary>
    public const string Preprocess = "preprocess";

    /// <summary>The factorized reduction in the place of a preprocessing after a reduction cell.</summary>
    public const string PreprocessReduce = "preprocess_reduce";

    /// <summary>One addition of two operations' destinations.</summary>
    public const string Sum = "sum";

    /// <summary>The output of a cell.</summary>
    public const string Concat = "concat";

    /// <summary>Global pool and linear layer.</summary>
    public const string Classifier = "classifier";

    /// <summary>The residual block between two stages of NAS-Bench-201.</summary>
    public const string ResidualReduce = "residual_reduce";

    /// <summary>Norm, ReLU, global pool and linear layer: the head of NAS-Bench-201.</summary>
    public const string NormClassifier = "norm_classifier";

    /// <summary>Names of the parts that are no primitives.</summary>
    public static IReadOnlyList<string> Skeleton { get; } =
        [Stem, Stem0, Stem1, Preprocess, PreprocessReduce, ResidualReduce, Sum, Concat, Classifier, NormClassifier];

    /// <summary>Rows and columns of the destination.</summary>
    public (int Height, int Width) OutputSize => Name is Classifier or NormClassifier
        ? (1, 1)
        : Name == Stem0 ? (Half(Half(Height)), Half(Half(Width))) : Stride == 2 ? (Half(Height), Half(Width)) : (Height, Width);

    /// <summary>Whether it costs nothing by definition: <c>none</c>.</summary>
    public bool IsZero => Primitives.TryParse(Name, out var primitive) && primitive.IsZero;

    /// <summary>Whether it hands its source on.</summary>
    public bool IsIdentity => Primitives.TryParse(Name, out var primitive) && primitive.IsIdentity(Stride);

    /// <summary>Whether it stands between cells, as a module of its own.</summary>
    public bool IsModule => Name is Stem or Stem0 or Stem1 or ResidualReduce or Classifier or NormClassifier;

    /// <summary>Name and size in one line, by which tables know it: <c>sep_conv_3x3 36-36 32x32 s1</c>.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Name} {Inputs}-{Outputs} {Height}x{Width} s{Stride}");

    /// <summary>The part of a <see cref="Key"/>; null for a text that is none.</summary>
    public static NetworkPart? FromKey(string key)
    {
        if (key.Split(' ') is not [var name, var channels, var size, ['s', .. var stride]]) return null;
        int[] numbers =
        [
            .. channels.Split('-').Concat(size.Split('x')).Append(stride)
                .Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0),
        ];
        return numbers is [> 0 and var inputs, > 0 and var outputs, > 0 and var height, > 0 and var width, > 0 and var step]
            ? new NetworkPart(name, inputs, outputs, height, width, step)
            : null;
    }

    /// <summary>Its module with declared parameters; null for a sum and a concatenation, which have several sources.</summary>
    public Module<T>? Build<T>(ParameterSet<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var halving = Window2D.Square(3, 2, 1);
        switch (Name)
        {
            case Sum or Concat:
                return null;
            case Stem:
                return new Sequential<T>(Convolve("0.", Inputs, Outputs, Window2D.Square(3, 1, 1)), Norm("1.", Outputs));
            case Stem0:
                return new Sequential<T>(
                    Convolve("0.", Inputs, Outputs / 2, halving), Norm("1.", Outputs / 2), new Relu<T>(),
                    Convolve("3.", Outputs / 2, Outputs, halving), Norm("4.", Outputs));
            case Stem1:
                return new Sequential<T>(new Relu<T>(), Convolve("1.", Inputs, Outputs, halving), Norm("2.", Outputs));
            case Preprocess:
                return new ReluConvBn<T>(parameters, "", Inputs, Outputs, Window2D.Point, affine: true);
            case PreprocessReduce:
                return new FactorizedReduce<T>(parameters, "", Inputs, Outputs, affine: true);
            case ResidualReduce:
                return NasBench201Network<T>.Reduction(parameters, "", Inputs);
            case NormClassifier:
                return new Sequential<T>(
                    Norm("0.", Inputs), new Relu<T>(), new GlobalAveragePool<T>(), new Linear<T>(parameters, "", Inputs, Outputs));
            case Classifier:
                return new Sequential<T>(new GlobalAveragePool<T>(), new Linear<T>(parameters, "", Inputs, Outputs));
            default:
                return Primitive.Build(new OperationSite<T>(parameters, "", Inputs, Stride, Affine: true, PoolNorm: false));
        }

        Convolution<T> Convolve(string name, int from, int to, Window2D window) => new(parameters, name, from, to, window);
        BatchNorm<T> Norm(string name, int width) => new(parameters, name, width, affine: true);
    }

    /// <summary>The primitive of this name.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public Primitive Primitive => Primitives.TryParse(Name, out var primitive)
        ? primitive
        : throw new InvalidOperationException($"{Name} is no primitive.");

    private static int Half(int size) => (size + 1) / 2;
}

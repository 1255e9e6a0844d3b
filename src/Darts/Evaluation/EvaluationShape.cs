
namespace MIOpenDarts.Darts.Evaluation;

/// <summary>What stands in front of the first cell.</summary>
public enum StemForm
{
    /// <summary>One 3x3 convolution to 3C channels, full size (<c>NetworkCIFAR</c>).</summary>
    Cifar,
    /// <summary>Three 3x3 convolutions with stride 2 to C channels, an eighth of the size (<c>NetworkImageNet</c>).</summary>
    ImageNet,
}

/// <summary>What a network reads and how many answers it knows.</summary>
/// <param name="Channels">1 or 3.</param>
/// <param name="Height">Image height in pixels.</param>
/// <param name="Width">Image width in pixels.</param>
/// <param name="Classes">Number of classes.</param>
public readonly record struct ImageTask(int Channels, int Height, int Width, int Classes);

/// <summary>Everything but the genotype that decides the parameters of an <see cref="EvaluationNetwork{T}"/>.</summary>
/// <param name="Task">Images and classes.</param>
/// <param name="InitChannels">C of the first cell; doubled in every reduction cell.</param>
/// <param name="Layers">Number of cells; those at Layers/3 and 2·Layers/3 are reduction cells.</param>
/// <param name="Auxiliary">Whether a second classifier stands after cell 2·Layers/3 in training.</param>
/// <param name="Stem">What stands in front of the first cell.</param>
internal sealed record EvaluationShape(ImageTask Task, int InitChannels, int Layers, bool Auxiliary, StemForm Stem = StemForm.Cifar)
{
    /// <summary>The cell after which the auxiliary head stands.</summary>
    public int AuxiliaryCell => 2 * Layers / 3;

    /// <summary>Whether cell <paramref name="index"/> halves the image.</summary>
    public bool IsReduction(int index) => index == Layers / 3 || index == 2 * Layers / 3;
}

using MIOpenDarts.Darts.Evaluation.Weights.PyTorch;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Weights;

/// <summary>Opens weights that another program wrote, by what the file is and not by its name.</summary>
internal static class WeightsFile
{
    /// <summary>Opens a safetensors file, or what <c>torch.save</c> wrote.</summary>
    /// <exception cref="InvalidDataException">It is neither, or damaged; the text names the cure.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path) => PyTorchFile.Open(path) ?? SafetensorsFile.Open(path);
}

using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Darts.Costs.Profiling;

namespace MIOpenDarts.Cli.Profiling;

/// <summary>A model of ours in ONNX Runtime on the processor, with the images of one batch.</summary>
internal sealed class OnnxRun : IPreparedRun
{
    private readonly InferenceSession session;
    private readonly DenseTensor<float> images;
    private readonly NamedOnnxValue[] inputs;

    /// <summary>Opens a model for batches of zeros.</summary>
    /// <exception cref="Layers.Backends.BackendUnavailableException">ONNX Runtime does not load here.</exception>
    public OnnxRun(byte[] model, int batch, int channels, int height, int width, int threads)
    {
        session = OnnxLibrary.Open(() =>
        {
            using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
            // Its threads would look out for work after a run and take the cores from what is measured next.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            return new InferenceSession(model, options);
        });
        images = new DenseTensor<float>([batch, channels, height, width]);
        inputs = [NamedOnnxValue.CreateFromTensor("images", images)];
    }

    public void Run() => session.Run(inputs).Dispose();

    /// <summary>Logits of a batch of images in N, C, H, W order.</summary>
    public float[] Logits(ReadOnlySpan<float> nchw)
    {
        nchw.CopyTo(images.Buffer.Span);
        using var outputs = session.Run(inputs);
        return [.. outputs.Single().AsEnumerable<float>()];
    }

    public void Finish()
    {
    }

    public void Dispose() => session.Dispose();
}

using Microsoft.ML.OnnxRuntime;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Onnx;

/// <summary>
/// An image classifier in an ONNX file, run by ONNX Runtime on the processor: one input [batch,C,H,W] of normalised floats, or of bytes
/// that the graph normalises, and one output [batch,classes].
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private const int Usual = 64;
    private readonly string path;
    private readonly InferenceSession session;
    private readonly RunOptions run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly string input;
    private readonly string output;
    private readonly bool takesBytes;
    private readonly bool isFixed;

    private OnnxModel(string path, InferenceSession session)
    {
        (this.path, this.session) = (path, session);
        var form = OnnxForm.Read(path, session);
        (input, output, takesBytes, Description) = (form.Input, form.Output, form.TakesBytes, form.Description);
        (isFixed, Batch) = (form.Batch > 0, form.Batch > 0 ? form.Batch : Usual);
    }

    /// <summary>How many images are best run together: those of a fixed batch, which a smaller number would not fill.</summary>
    public int Batch { get; }

    /// <summary>What it says of itself. Mean and deviation are empty where the graph normalises, or where it does not say them.</summary>
    public NetworkDescription Description { get; }

    /// <summary>Whether somebody has to say how images are normalised, because the file does not.</summary>
    public bool LacksNormalization => !takesBytes && Description.Mean.Count == 0;

    /// <summary>Whether a word names an ONNX file rather than a run or weights.</summary>
    public static bool IsOne(string typed) =>
        typed.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(typed);

    /// <summary>Loads a file.</summary>
    /// <exception cref="RunFolderException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no model, or none of the form above; the text says what is wrong.</exception>
    /// <exception cref="BackendUnavailableException">ONNX Runtime does not load here.</exception>
    public static OnnxModel Open(string path)
    {
        if (!File.Exists(path)) throw new RunFolderException($"{path}: there is no such file; write one with: miopendarts export");
        var session = Load(path);
        try
        {
            return new OnnxModel(path, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Logits [count,classes] of some images of a set.</summary>
    /// <param name="images">A set of the model's task.</param>
    /// <param name="first">The first image.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="usual">How images are normalised where the model does not say it.</param>
    /// <exception cref="InvalidDataException">The model cannot be run.</exception>
    public float[] Logits(ImageSet images, int first, int count, Normalization? usual = null)
    {
        var classes = Description.Task.Classes;
        var logits = new float[count * classes];
        for (var done = 0; done < count; done += Batch)
        {
            var some = Math.Min(Batch, count - done);
            // A fixed batch is filled up with zeros, whose logits nobody reads.
            var size = isFixed ? Batch : some;
            using var value = takesBytes
                ? Bytes(images, first + done, some, size)
                : Floats(images, first + done, some, size, usual);
            Run(value, some * classes).CopyTo(logits.AsSpan(done * classes));
        }

        return logits;
    }

    /// <summary>Median time of one image of zeros, or of a batch of them where that is fixed.</summary>
    /// <exception cref="InvalidDataException">The model cannot be run.</exception>
    public double Milliseconds()
    {
        var (size, task) = (isFixed ? Batch : 1, Description.Task);
        var pixels = size * task.Channels * task.Height * task.Width;
        using var value = takesBytes
            ? OrtValue.CreateTensorValueFromMemory(new byte[pixels], Shape(size))
            : OrtValue.CreateTensorValueFromMemory(new float[pixels], Shape(size));
        using var repeated = new Repeated(() => Run(value, size * task.Classes));
        return new CostTimer(TimeProvider.System).Measure(repeated, together: 1).Median;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        run.Dispose();
        session.Dispose();
    }

    private static InferenceSession Load(string path)
    {
        try
        {
            // What is wrong is said by exceptions; lines of a log would stand beside the one line that a user is to read.
            return OnnxLibrary.Open(() =>
            {
                using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                return new InferenceSession(path, options);
            });
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException(
                $"{path}: is no ONNX model that ONNX Runtime loads ({OnnxLibrary.FirstLine(e)}); export it again", e);
        }
        catch (BackendUnavailableException e)
        {
            throw new BackendUnavailableException(
                $"{path}: {e.Message}, or give the folder of the run instead of its ONNX file", e);
        }
    }

    private float[] Run(OrtValue value, int wanted)
    {
        try
        {
            using var results = session.Run(run, [input], [value], [output]);
            var logits = results[0].GetTensorDataAsSpan<float>();
            return logits.Length >= wanted
                ? logits[..wanted].ToArray()
                : throw new InvalidDataException($"{path}: answers with {logits.Length} numbers where {wanted} are expected");
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{path}: ONNX Runtime cannot run it ({OnnxLibrary.FirstLine(e)}); export it again", e);
        }
    }

    private OrtValue Bytes(ImageSet images, int first, int count, int size)
    {
        var pixels = new byte[size * images.ImageSize];
        for (var i = 0; i < count; i++) images.Image(first + i).CopyTo(pixels.AsSpan(i * images.ImageSize));
        return OrtValue.CreateTensorValueFromMemory(pixels, Shape(size));
    }

    private OrtValue Floats(ImageSet images, int first, int count, int size, Normalization? usual)
    {
        var normalization = LacksNormalization
            ? usual ?? throw new InvalidDataException(
                $"{path}: does not say how images are normalised; export it again, with --normalise, or write mean and deviation into its "
                + "metadata")
            : new Normalization(Description.Mean, Description.Deviation);
        var encoder = new ImageEncoder(images, normalization);
        var pixels = new float[size * encoder.Size];
        for (var i = 0; i < count; i++) encoder.Encode(first + i, pixels.AsSpan(i * encoder.Size, encoder.Size));
        return OrtValue.CreateTensorValueFromMemory(pixels, Shape(size));
    }

    private long[] Shape(int images) => [images, Description.Task.Channels, Description.Task.Height, Description.Task.Width];

    private sealed class Repeated(Action run) : IPreparedRun
    {
        public void Run() => run();

        public void Finish()
        {
        }

        public void Dispose()
        {
        }
    }
}

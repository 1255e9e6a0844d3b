using System.Diagnostics;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>What a network costs when it classifies one image at a time.</summary>
/// <param name="Parameters">Without the auxiliary head.</param>
/// <param name="MultiplyAdds">For one image.</param>
/// <param name="WeightBytes">Bytes of the parameters.</param>
/// <param name="ActivationBytes">Bytes of everything in between.</param>
/// <param name="Seconds">Median time of an image.</param>
internal sealed record InferenceFigures(long Parameters, long MultiplyAdds, long WeightBytes, long ActivationBytes, double Seconds)
{
    private const int WarmUp = 3;
    private const int Repetitions = 21;

    /// <summary>Plans a network anew for single images and times it on an image of zeros.</summary>
    public static InferenceFigures Measure(ImageClassifier<float> net)
    {
        net.Plan(1, training: false);
        net.LoadBatch(new float[net.Task.Channels * net.Task.Height * net.Task.Width], [0]);
        var seconds = new double[Repetitions];
        for (var i = -WarmUp; i < Repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            net.Forward(Pass.Inference);
            if (i >= 0) seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(seconds);
        return new InferenceFigures(
            net.ParameterCount, net.Trace().MultiplyAdds, net.WeightBytes, net.ActivationBytes,
            seconds[Repetitions / 2]);
    }
}

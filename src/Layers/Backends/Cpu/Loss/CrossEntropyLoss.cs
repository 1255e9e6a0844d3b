using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Loss;

/// <summary>Softmax cross entropy.</summary>
internal static unsafe class CrossEntropyLoss
{
    public static void Run(
        Tensor<float> logits, Tensor<int> labels, Tensor<float> result, Tensor<float>? diffLogits, double labelSmoothing, double lossScale)
    {
        // x: [N,K] float32. A few thousand exponentials a step: one thread and double precision cost nothing that shows.
        var (images, classes) = (logits.Shape.N, logits.Shape.C);
        var targets = (int*)labels.Address;
        double loss = 0;
        var correct = 0;
        for (var n = 0; n < images; n++)
        {
            var x = logits.Data() + (long)n * classes;
            var best = 0;
            for (var k = 1; k < classes; k++) if (x[k] > x[best]) best = k;
            double sum = 0;
            for (var k = 0; k < classes; k++) sum += Math.Exp(x[k] - (double)x[best]);
            var logSum = x[best] + Math.Log(sum);
            if (best == targets[n]) correct++;
            for (var k = 0; k < classes; k++)
            {
                var target = labelSmoothing / classes + (k == targets[n] ? 1 - labelSmoothing : 0);
                loss += target * (logSum - x[k]);
                if (diffLogits is not null)
                    diffLogits.Data()[(long)n * classes + k] = (float)(lossScale * (Math.Exp(x[k] - logSum) - target) / images);
            }
        }

        result.Data()[0] = (float)(loss / images);
        result.Data()[1] = correct;
    }
}

using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Loss;

/// <summary>Softmax cross entropy.</summary>
internal static unsafe class CrossEntropyLoss
{
    public static void Run(
        Tensor<float> logits, Tensor<int> labels, Tensor<float> result, Tensor<float>? diffLogits, double labelSmoothing, double lossScale,
        BatchLeaves leaves)
    {
        // x: [N,K] float32. A few thousand exponentials a step: one thread and double precision cost nothing that shows.
        var (images, classes) = (logits.Shape.N, logits.Shape.C);
        var targets = (int*)labels.Address;
        var (whole, groups) = (leaves.WholeOf(images), new ImageGroups(images, leaves.LossParts));
        // [groups]: loss and right answers.
        var sums = stackalloc double[2 * groups.Count];
        new Span<double>(sums, 2 * groups.Count).Clear();
        for (int n = 0, group = 0; n < images; n++)
        {
            if (n == groups.First(group + 1)) group++;
            var x = logits.Data() + (long)n * classes;
            var best = 0;
            for (var k = 1; k < classes; k++) if (x[k] > x[best]) best = k;
            double sum = 0;
            for (var k = 0; k < classes; k++) sum += Math.Exp(x[k] - (double)x[best]);
            var logSum = x[best] + Math.Log(sum);
            if (best == targets[n]) sums[2 * group + 1]++;
            for (var k = 0; k < classes; k++)
            {
                var target = labelSmoothing / classes + (k == targets[n] ? 1 - labelSmoothing : 0);
                sums[2 * group] += target * (logSum - x[k]);
                if (diffLogits is not null)
                    diffLogits.Data()[(long)n * classes + k] = (float)(lossScale * (Math.Exp(x[k] - logSum) - target) / whole);
            }
        }

        GroupSums.Add(sums, groups.Count, 2);
        leaves.QueueSums(sums, 2);
        leaves.ExchangeQueued();
        result.Data()[0] = (float)(sums[0] / whole);
        result.Data()[1] = (float)sums[1];
    }
}

using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Layers.Backends.MIOpen.Convolutions;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// What the first step of a run would otherwise wait for.
internal sealed partial class MIOpenBackend : IWarmUp
{
    private const int Repetitions = 5;
    private List<ConvolutionKey>? collected;

    /// <summary>
    /// Compiles our kernels, then finds MIOpen's solver for every convolution in <paramref name="steps"/>, and for pointwise ones whether
    /// MIOpen or hipBLAS is faster on this card. Kernels and choices stay on disk.
    /// </summary>
    /// <param name="steps">Calls the operations of a step; convolutions only clear their results then.</param>
    public IEnumerable<WarmUpStep> WarmUp(Action steps)
    {
        for (var i = 0; i < KernelSources.Files.Count; i++)
        {
            kernels.Load(KernelSources.Files[i]);
            yield return new("kernel files", i + 1, KernelSources.Files.Count, KernelSources.Files[i], "hipRTC", 0);
        }

        var keys = Collect(steps);
        for (var i = 0; i < keys.Count; i++)
        {
            var choice = choices.Value[keys[i]] ?? Find(keys[i]);
            yield return new("convolutions", i + 1, keys.Count, keys[i].ToString(), choice.Library, choice.Milliseconds);
        }

        byMIOpen.Clear();
    }

    private List<ConvolutionKey> Collect(Action steps)
    {
        var keys = collected = [];
        try
        {
            steps();
        }
        finally
        {
            collected = null;
        }

        return keys;
    }

    private void Convolve(in ConvolutionKey key, nint x, nint w, nint y)
    {
        if (collected is null)
        {
            Count(
                key.Direction switch
                {
                    ConvolutionDirection.Forward => "convolution forward",
                    ConvolutionDirection.BackwardData => "convolution backward data",
                    _ => "convolution backward weights",
                },
                key.Src.Count + key.Weights.Count + key.Dst.Count);
            solver.Value.Run(key, x, w, y);
            return;
        }

        if (!collected.Contains(key)) collected.Add(key);
        var (address, shape) = key.Direction switch
        {
            ConvolutionDirection.Forward => (y, key.Dst),
            ConvolutionDirection.BackwardData => (x, key.Src),
            _ => (w, key.Weights),
        };
        var result = new Tensor<float>("result", shape);
        result.Bind(address);
        Fill(result, 0);
    }

    private SolverChoice Find(ConvolutionKey key)
    {
        using var x = memory.Allocate(key.Src.Count * sizeof(float));
        using var w = memory.Allocate(key.Weights.Count * sizeof(float));
        using var y = memory.Allocate(key.Dst.Count * sizeof(float));
        if (!IsPointwise(key.Window, key.Groups))
        {
            solver.Value.Run(key, x.Address, w.Address, y.Address);
            return choices.Value[key]!;
        }

        var found = solver.Value.Search(key, x.Address, w.Address, y.Address);
        var byLibrary = Time(() => solver.Value.Run(key, x.Address, w.Address, y.Address));
        var byProduct = Time(() => Multiply(key, x.Address, w.Address, y.Address));
        return choices.Value.Add(
            key, byLibrary < byProduct ? found with { Milliseconds = byLibrary } : new SolverChoice(SolverChoice.HipBlas, 0, 0, byProduct));
    }

    /// <summary>The shortest of a few runs in milliseconds by the device's clock, after one that compiles.</summary>
    private double Time(Action run)
    {
        using var start = HipEvent.Create(Device, timing: true);
        using var end = HipEvent.Create(Device, timing: true);
        var best = double.MaxValue;
        for (var i = 0; i <= Repetitions; i++)
        {
            start.Record(stream);
            run();
            end.Record(stream);
            end.Synchronize();
            if (i > 0) best = Math.Min(best, end.MillisecondsSince(start));
        }

        return best;
    }
}

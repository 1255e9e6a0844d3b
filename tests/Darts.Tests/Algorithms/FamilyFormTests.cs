using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Algorithms;

/// <summary>Of every method the shared form is the textbook form, and Cpu is Reference.</summary>
public class FamilyFormTests
{
    private static readonly SupernetShape Shape = new(3, 9, 8, 3, 4, 3, 3, 2);

    // Of the batch and the seed, so that Gumbel and Dirichlet draw; the same draw in every network.
    internal static readonly Pass Training = new(Training: true, WeightGradients: true, Seed: 3, Epoch: 1, Step: 5);

    /// <summary>Every method that trains, with fractions of the channels that the four of these supernets have.</summary>
    public static TheoryData<string, int> Methods() =>
        [.. SearchAlgorithm.All.Where(a => a.Trains).SelectMany(a =>
            (a.Paper.PartialChannels > 1 ? new[] { 2, 4 } : [1, 2]).Select(parts => (a.Name, parts)))];

    [Theory]
    [MemberData(nameof(Methods))]
    public void On_Reference_in_double(string method, int partialChannels)
    {
        using var backend = new ReferenceBackend<double>();
        using var textbook = Small(backend, method, partialChannels, CellForm.Textbook);
        using var shared = Small(backend, method, partialChannels, CellForm.Shared);
        SharedFormTests.AssertClose(textbook.Outcome(Training), shared.Outcome(Training), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void On_Cpu_against_the_textbook_on_Reference(string method, int partialChannels)
    {
        using var reference = new ReferenceBackend<double>();
        var seed = SeedFarFromKinks(method, partialChannels);
        using var textbook = Small(reference, method, partialChannels, CellForm.Textbook, seed);
        var expected = textbook.Outcome(Training);
        foreach (var width in new[] { 4, 8, 16 }.Where(w => w <= CpuBackend.PreferredWidth))
        {
            using var cpu = CpuBackend.Create(2, width);
            using var shared = Small(cpu, method, partialChannels, CellForm.Shared, seed);
            SharedFormTests.AssertClose(expected, shared.Outcome(Training), 5e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_training_pass_allocates_nothing_after_the_first_few(string method, int partialChannels)
    {
        using var backend = CpuBackend.Create(2);
        using var small = Small(backend, method, partialChannels, CellForm.Shared);
        // Other draws, so that lists of what is drawn have grown to all they need.
        for (var i = 0; i < 6; i++) small.Net.Evaluate(small.Batch, Training with { Step = i });
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 4; i++) small.Net.Evaluate(small.Batch, Training with { Step = i });
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Draws are replaced by their expectation: a drawn operation is a step function of alpha, and a sample depends on it through
    // rejections. The gradients of draws have tests of their own.
    [Theory]
    [MemberData(nameof(Methods))]
    public void The_gradient_of_every_architecture_parameter_is_the_slope_of_the_loss(string method, int partialChannels)
    {
        using var backend = new ReferenceBackend<double>();
        using var small = Small(backend, method, partialChannels, CellForm.Shared);
        small.Net.UseExpectation(true);
        small.Net.Evaluate(small.Batch, Training);
        var gradients = small.Net.AlphaDiffs.Select(d => (double[])d.Clone()).ToArray();
        foreach (var (alphas, gradient) in small.Net.Alphas.Zip(gradients))
            for (var i = 0; i < alphas.Length; i += 5)
            {
                // Small, because the loss has kinks: one stands 1e-6 beside an edge weight.
                const double h = 1e-7;
                var at = alphas[i];
                alphas[i] = at + h;
                var above = small.Loss;
                alphas[i] = at - h;
                var slope = (above - small.Loss) / (2 * h);
                alphas[i] = at;
                Assert.Equal(slope, gradient[i], 1e-6);
            }
    }

    internal static ulong SeedFarFromKinks(string method, int partialChannels) =>
        SmallSupernet<double>.SeedFarFromKinks((b, seed) => Small(b, method, partialChannels, CellForm.Shared, seed), Training);

    internal static SmallSupernet<T> Small<T>(Backend<T> backend, string method, int partialChannels, CellForm form, ulong seed = 1)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var algorithm = SearchAlgorithm.Find(method)!;
        var options = algorithm.Paper with { PartialChannels = partialChannels };
        return new SmallSupernet<T>(
            backend, Shape, form, batch: 3, seed, algorithm.Space(options, 0), kind => algorithm.Relax<T>(options, Shape.Edges, kind));
    }
}

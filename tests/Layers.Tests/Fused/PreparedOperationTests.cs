using System.Numerics;
using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>A prepared operation says what it is, and follows the batch and the choice of a pass.</summary>
public class PreparedOperationTests
{
    [Fact]
    public void Every_operation_says_which_backend_computes_what_shape()
    {
        using var cpu = CpuBackend.Create(1);
        foreach (var make in FusedCases.Operations)
        {
            using var setup = make(cpu);
            var operation = Assert.Single(setup.Operations);
            Assert.Matches(@"^cpu \d+ bits, .*: .*\[\d+,\d+,\d+,\d+\]$", operation.Describe());
        }

        using var reference = new ReferenceBackend<float>();
        using var composed = new PoolSetup<float>(reference, new PoolCase(2, 3, 5, 7, 2, 4, 1));
        Assert.Equal(
            "composed of plain operations: max pool for 4 edges and average pool for 1 edges, 3x3 stride 2 over [2,3,5,7]",
            Assert.Single(composed.Operations).Describe());
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Branches_that_a_pass_has_not_chosen_are_left_as_they_were_and_the_others_are_those_of_a_pass_over_all(int width)
    {
        using var cpu = CpuBackend.Create(2, width);
        foreach (var c in FusedCases.SearchShapes)
        {
            using var setup = new SeparableSetup<float>(cpu, c);
            setup.Run();
            setup.Choose([1, 3]);
            var before = Values(setup, "z");
            setup.Randomize();
            setup.Run();
            var after = Values(setup, "z");
            Assert.Equal(before["z 0"], after["z 0"]);
            Assert.Equal(before["z 2"], after["z 2"]);
            setup.Choose([0, 1, 2, 3]);
            setup.Run();
            var all = Values(setup, "z");
            Assert.NotEqual(before["z 0"], all["z 0"]);
            Assert.Equal(all["z 1"], after["z 1"]);
            Assert.Equal(all["z 3"], after["z 3"]);
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void A_pass_over_some_has_all_results_of_an_operation_that_was_planned_for_these_alone(int width)
    {
        using var cpu = CpuBackend.Create(2, width);
        foreach (var c in FusedCases.All)
        {
            using var setup = c.Prepare(cpu);
            var parts = Enumerable.Range(0, setup.Items).GroupBy(i => i % 2).Select(g => g.ToArray()).ToArray();
            using var alone = c.Prepare(cpu, parts);
            foreach (var part in parts) Pass(part, () => setup.Forward());
            foreach (var part in parts.Reverse()) Pass(part, () => setup.Backward());
            alone.Run();
            Assert.Equal(alone.Results(), setup.Results());

            void Pass(int[] part, Action run)
            {
                setup.Choose(part);
                run();
            }
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void A_batch_that_is_not_full_has_the_results_and_gradients_of_the_composed_form(int width)
    {
        using var cpu = CpuBackend.Create(2, width);
        foreach (var c in FusedCases.All)
            Agreement.Check(cpu, weightGradients: true, $"{width * 32} bits, two images of {c}", b => NotFull(c.Prepare(b)),
                b => NotFull(c.Prepare(b)));

        static FusedSetup<T> NotFull<T>(FusedSetup<T> setup)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            setup.Run();
            setup.SetBatch(2);
            return setup;
        }
    }

    [Fact]
    public void No_choice_of_branches_needs_more_scratch_than_all_of_them()
    {
        var context = new CpuContext(new WorkerPool(2), null);
        using var cpu = new CpuBackend<Simd256, Vector256<float>>(context);
        // Several branches share the scratch of a part; without the widest border more of them do.
        var branches = Enumerable.Repeat(new BranchCase(5, 1, 16), 5).Append(new BranchCase(5, 2, 16)).ToArray();
        using var setup = new SeparableSetup<float>(cpu, new SeparableCase(2, 16, 32, 32, 1, false, true, branches));
        var planned = context.Scratch.Generation;
        for (var chosen = 1; chosen < 1 << branches.Length; chosen++)
        {
            setup.Choose(Enumerable.Range(0, branches.Length).Where(i => (chosen >> i & 1) != 0));
            setup.Run();
        }

        Assert.Equal(planned, context.Scratch.Generation);
    }

    [Fact]
    public void A_batch_that_is_not_full_is_computed_as_its_images_are_in_a_full_one()
    {
        using var cpu = CpuBackend.Create(2);
        foreach (var make in FusedCases.Operations)
        {
            using var setup = make(cpu);
            setup.Forward();
            string[] names = ["z", "node", "max", "average", "mean"];
            var whole = Values(setup, names);
            setup.SetBatch(2);
            setup.Forward();
            var part = Values(setup, names);
            Assert.NotEmpty(part);
            // Statistics are those of the images that are there; every image's own values do not depend on the others.
            foreach (var (name, values) in part)
            {
                if (name.StartsWith("mean", StringComparison.Ordinal)) Assert.NotEqual(whole[name], values);
                else Assert.Equal(whole[name][..values.Length], values);
            }
        }
    }

    private static Dictionary<string, double[]> Values(FusedSetup<float> setup, params string[] names) =>
        setup.Results().Where(r => names.Contains(r.Name.Split(' ')[0])).DistinctBy(r => r.Name).ToDictionary(r => r.Name, r => r.Values);
}

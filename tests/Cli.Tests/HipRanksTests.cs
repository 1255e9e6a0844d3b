using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Ranks of MPI with a virtual gfx803 each.</summary>
[Trait("Category", "virtual-gpu")]
public sealed class HipRanksTests(FinishedSearch tiny) : IClassFixture<FinishedSearch>
{
    private const float Tolerance = 1e-4f;

    [Theory]
    [InlineData("sync")]
    [InlineData("leaf")]
    public async Task Ranks_with_a_GPU_each_take_an_alpha_step_and_a_weight_step_from_a_checkpoint_as_one_GPU_does(string batchNorm)
    {
        var (begun, one, two) = ($"begun-{batchNorm}", $"one-{batchNorm}", $"two-{batchNorm}");
        Assert.Equal(0, Command.Run(tiny.Args(begun, "--batch-norm", batchNorm)).Code);
        // Before the last step.
        tiny.TakeBack(begun);
        tiny.Copy(begun, one);
        tiny.Copy(begun, two);
        await OnGpus(["dotnet", Command.Program, .. Resume(one)]);
        await OnGpus(["mpirun.mpich", "-n", "2", "dotnet", Command.Program, .. Resume(two)]);
        Assert.Matches("rank 1 of 2 on [^\n]*: hip:1, ", File.ReadAllText(tiny.In($"{two}/rank-1.log")));
        AssertNear(tiny.Newest(one), tiny.Newest(two));
        AssertMoved(tiny.Newest(begun), tiny.Newest(two));
    }

    private string[] Resume(string run) => ["search", "--resume", tiny.In(run), "--backend", "hip"];

    private async Task OnGpus(string[] command)
    {
        var (code, output) = await VirtualGpu.RunAsync(command, $"VGPU_BIND={tiny.Root}", "VGPU_DEVICES=2");
        Assert.True(code == 0, output);
    }

    private static void AssertNear(string expected, string actual)
    {
        using var e = SafetensorsFile.Open(expected);
        using var a = SafetensorsFile.Open(actual);
        Assert.Equal(e.Names, a.Names);
        foreach (var name in a.Names)
        {
            if (a[name].Type == SafetensorsType.I64) Assert.Equal(e.ReadInt64(name), a.ReadInt64(name));
            else
                Assert.All(e.ReadSingle(name).Zip(a.ReadSingle(name)),
                    pair => Assert.Equal(pair.First, pair.Second, Tolerance * (1 + MathF.Abs(pair.First))));
        }
    }

    private static void AssertMoved(string before, string after)
    {
        using var b = SafetensorsFile.Open(before);
        using var a = SafetensorsFile.Open(after);
        List<string> moved =
            [.. a.Names.Where(name => name.Contains("alpha", StringComparison.Ordinal) || name.EndsWith("classifier.weight"))];
        Assert.NotEmpty(moved);
        foreach (var name in moved)
            Assert.NotEqual(b.ReadSingle(name), a.ReadSingle(name));
    }
}

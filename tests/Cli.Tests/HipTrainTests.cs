using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

/// <summary>
/// A training of two steps on the virtual gfx803 beside the same one on the processor; what it made is tested and used on both.
/// </summary>
[Trait("Category", "virtual-gpu")]
public sealed class HipTrainTests : IDisposable
{
    private readonly TinySearch tiny = new(images: 16);

    public HipTrainTests()
    {
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
    }

    public void Dispose() => tiny.Dispose();

    [Fact]
    public async Task Train_evaluate_and_predict_give_what_the_processor_gives()
    {
        await OnGpuAsync(Train("gpu", "hip"));
        Assert.Equal(0, Command.Run(Train("cpu", "cpu")).Code);
        using (var expected = SafetensorsFile.Open(Path.Combine(tiny.In("cpu"), "weights.safetensors")))
        using (var actual = SafetensorsFile.Open(Path.Combine(tiny.In("gpu"), "weights.safetensors")))
        {
            foreach (var name in expected.Names.Where(n => expected[n].Type == SafetensorsType.F32))
            {
                var (e, a) = (expected.ReadSingle(name), actual.ReadSingle(name));
                var scale = 1e-3 + e.Max(Math.Abs);
                for (var i = 0; i < e.Length; i++) Assert.True(Math.Abs(a[i] - e[i]) <= 5e-3 * scale, $"{name}[{i}] is {a[i]}, not {e[i]}");
            }
        }

        var evaluated = await OnGpuAsync(["evaluate", tiny.In("gpu"), "--backend", "hip"]);
        AssertSameNumbers(Command.Run("evaluate", tiny.In("gpu"), "--backend", "cpu").Output, evaluated);
        Assert.Equal(0, Command.Run("data", tiny.Data, "--samples", tiny.In("samples.png")).Code);
        var predicted = await OnGpuAsync(["predict", tiny.In("gpu"), tiny.In("samples.png"), "--backend", "hip"]);
        AssertSameNumbers(Command.Run("predict", tiny.In("gpu"), tiny.In("samples.png")).Output, predicted);
    }

    private static void AssertSameNumbers(string expected, string actual)
    {
        var (e, a) = (Words(expected), Words(actual));
        Assert.Equal(e.Length, a.Length);
        for (var i = 0; i < e.Length; i++)
        {
            if (double.TryParse(e[i], out var number)) Assert.Equal(number, double.Parse(a[i]), 0.02);
            else Assert.Equal(e[i], a[i]);
        }

        static string[] Words(string text) => text.Split([' ', '\n', ',', ':'], StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<string> OnGpuAsync(string[] args)
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, .. args], $"VGPU_BIND={tiny.Root}");
        Assert.True(code == 0, output);
        return output;
    }

    private string[] Train(string run, string backend) =>
    [
        "train", "--genotype", "DARTS_V1", "--data", tiny.Data, "--backend", backend, "--init-channels", "2", "--layers", "3",
        "--batch-size", "8",
        "--epochs", "1", "--report-interval", "1", "--data-workers", "1", "--auxiliary", "true", "--drop-path", "0.2", "--out",
        tiny.In(run),
    ];
}

using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>
/// Two GPUs in one process. HIP keeps the current device for each thread and refuses a stream or a module of another one.
/// </summary>
[Trait("Category", "gpu")]
public sealed class HipTwoDevicesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Searches_on_both_at_the_same_time_end_as_each_alone()
    {
        var alone = (Search(0, 5), Search(0, 6));
        var together = await Task.WhenAll(Task.Run(() => Search(0, 5)), Task.Run(() => Search(1, 6)));
        Assert.Equal(alone.Item1, together[0]);
        Assert.Equal(alone.Item2, together[1]);
        Assert.NotEqual(together[0], together[1]);
    }

    [Fact]
    public void One_thread_may_use_both_in_turn()
    {
        using var first = Gpu.Create();
        using var second = Gpu.Create(1);
        foreach (var (gpu, value) in new[] { (first, 1f), (second, 2f), (first, 3f), (second, 4f) })
        {
            using var memory = gpu.Allocate(4 * sizeof(float));
            var (tensor, values) = (new Tensor<float>("x", Shape.Vector(4)), new float[4]);
            tensor.Bind(memory.Address);
            gpu.Fill(tensor, value);
            gpu.Add(tensor, tensor);
            gpu.Download(tensor, values);
            Assert.All(values, v => Assert.Equal(2 * value, v));
        }
    }

    /// <summary>Every number of the last checkpoint.</summary>
    private float[] Search(int device, ulong seed)
    {
        var options = SmallSearch.Options with { Epochs = 1, Seed = seed };
        var (train, valid) = SmallSearch.Images();
        var ring = new CheckpointRing(Path.Combine(folder, Guid.NewGuid().ToString()), 1);
        using (var gpu = Gpu.Create(device)) DartsSearch.Run(train, valid, options, gpu, null, ring);
        using var file = SafetensorsFile.Open(ring.Files[0]);
        return [.. file.Names.Where(n => file[n].Type != SafetensorsType.I64).SelectMany(n => file.ReadSingle(n).ToArray())];
    }
}

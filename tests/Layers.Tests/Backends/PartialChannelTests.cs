using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Partial channels on numbers that a pencil can follow.</summary>
public class PartialChannelTests
{
    public static TheoryData<string> Backends() => [.. BackendsPresent.Names];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Four_groups_of_two_channels_are_dealt_out_in_turn(string name)
    {
        using var backend = Create(name);
        using var plan = new MemoryPlan<float>(backend, 1);
        var (mixed, bypass, dst) = (plan.Activation("mixed", 2, 1, 1), plan.Activation("bypass", 6, 1, 1), plan.Activation("dst", 8, 1, 1));
        plan.Commit();
        backend.WriteImages([0f, 1f], mixed);
        backend.WriteImages([2f, 3f, 4f, 5f, 6f, 7f], bypass);
        backend.PartialMergeForward(mixed, bypass, dst);
        Assert.Equal([0f, 2f, 4f, 6f, 1f, 3f, 5f, 7f], Read(backend, dst));
        backend.PartialMergeBackward(dst, mixed, bypass);
        Assert.Equal([0f, 1f], Read(backend, mixed));
        Assert.Equal([2f, 3f, 4f, 5f, 6f, 7f], Read(backend, bypass));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_strided_bypass_is_the_largest_of_each_block_and_its_gradient_goes_to_the_first_of_equals(string name)
    {
        using var backend = Create(name);
        using var plan = new MemoryPlan<float>(backend, 1);
        var src = plan.Activation("src", 2, 3, 3);
        var (head, bypass, taps) = (plan.Activation("head", 1, 3, 3), plan.Activation("bypass", 1, 2, 2),
            plan.PerImage<byte>("taps", 1, 2, 2));
        plan.Commit();
        float[] first = [1, 2, 3, 4, 5, 6, 7, 8, 9], second = [1, 7, 2, 7, 3, 5, -1, -2, -4];
        backend.WriteImages([.. first, .. second], src);
        backend.PartialSplitForward(src, head, bypass, taps);
        Assert.Equal(first, Read(backend, head));
        // Blocks of rows 0-1 and columns 0-1: two sevens; the last row and column stand alone.
        Assert.Equal([7f, 5f, -1f, -4f], Read(backend, bypass));
        backend.WriteImages([10f, 20f, 30f, 40f], bypass);
        backend.PartialSplitBackward(head, bypass, taps, src, accumulate: false);
        Assert.Equal([.. first, 0, 10, 0, 0, 0, 20, 30, 0, 40], Read(backend, src));
        backend.PartialSplitBackward(head, bypass, taps, src, accumulate: true);
        Assert.Equal([.. first.Select(v => 2 * v), 0, 20, 0, 0, 0, 40, 60, 0, 80], Read(backend, src));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_strided_bypass_passes_a_NaN_on(string name)
    {
        using var backend = Create(name);
        CheckNaN(backend);
    }

    internal static void CheckNaN(Backend<float> backend)
    {
        const int Channels = 37;
        using var plan = new MemoryPlan<float>(backend, 1);
        var src = plan.Activation("src", 1 + Channels, 2, 6);
        var (head, bypass, taps) = (plan.Activation("head", 1, 2, 6), plan.Activation("bypass", Channels, 1, 3),
            plan.PerImage<byte>("taps", Channels, 1, 3));
        plan.Commit();
        // Blocks with a NaN in the first, in the second and in the last place; nothing is above one that comes before it.
        float[] plane = [float.NaN, 1, 2, float.NaN, 3, 4, 5, 6, 7, 8, 9, float.NaN];
        backend.WriteImages([.. new float[12], .. Enumerable.Repeat(plane, Channels).SelectMany(values => values)], src);
        backend.PartialSplitForward(src, head, bypass, taps);
        Assert.All(Read(backend, bypass), value => Assert.Equal(float.NaN, value));
        backend.WriteImages([.. Enumerable.Repeat<float[]>([10, 20, 30], Channels).SelectMany(values => values)], bypass);
        backend.PartialSplitBackward(head, bypass, taps, src, accumulate: false);
        float[] diff = [10, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 30];
        Assert.Equal([.. new float[12], .. Enumerable.Repeat(diff, Channels).SelectMany(values => values)], Read(backend, src));
    }

    // Multiples of four channels are transposed in registers.
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(9)]
    public void Four_groups_have_the_order_of_the_reference(int heads)
    {
        var merged = new List<float[]>();
        foreach (var name in BackendsPresent.Names)
        {
            using var backend = Create(name);
            using var plan = new MemoryPlan<float>(backend, 2);
            var (mixed, bypass, dst) = (plan.Activation("mixed", heads, 3, 5), plan.Activation("bypass", 3 * heads, 3, 5),
                plan.Activation("dst", 4 * heads, 3, 5));
            plan.Commit();
            float[] first = Numbers(mixed, 0), second = Numbers(bypass, 1000);
            backend.WriteImages(first, mixed);
            backend.WriteImages(second, bypass);
            backend.PartialMergeForward(mixed, bypass, dst);
            merged.Add(Read(backend, dst));
            backend.Fill(mixed, 0);
            backend.Fill(bypass, 0);
            backend.PartialMergeBackward(dst, mixed, bypass);
            Assert.Equal(first, Read(backend, mixed));
            Assert.Equal(second, Read(backend, bypass));
        }

        Assert.All(merged, values => Assert.Equal(merged[0], values));

        static float[] Numbers(Tensor<float> like, int first) => [.. Enumerable.Range(first, (int)like.Shape.Count).Select(i => (float)i)];
    }

    private static Backend<float> Create(string name) => BackendsPresent.Create(name);

    private static float[] Read(Backend<float> backend, Tensor<float> tensor)
    {
        var values = new float[tensor.Shape.Count];
        backend.ReadImages(tensor, values);
        return values;
    }
}

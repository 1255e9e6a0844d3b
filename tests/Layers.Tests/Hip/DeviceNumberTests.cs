using MIOpenDarts.Layers.Backends.MIOpen;

namespace MIOpenDarts.Layers.Tests.Hip;

public class DeviceNumberTests
{
    [Theory]
    [InlineData("backend 'hip:5': there is no such GPU, but one, hip:0 (A)", "A")]
    [InlineData("backend 'hip:5': there is no such GPU, but 2: hip:0 (A) and hip:1 (B)", "A", "B")]
    [InlineData("backend 'hip:5': there is no such GPU, but 3: hip:0 (A), hip:1 (B) and hip:2 (A)", "A", "B", "A")]
    public void A_number_that_no_GPU_has_is_answered_with_those_that_there_are(string expected, params string[] names) =>
        Assert.Equal(expected, MIOpenBackend.WhichThereAre(5, names));
}

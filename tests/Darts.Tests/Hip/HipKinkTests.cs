using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>The GPU of this process where a ReLU or a maximum is decided by rounding.</summary>
[Trait("Category", "gpu")]
public class HipKinkTests
{
    [Fact]
    public void The_GPU_is_on_one_side_or_on_the_other()
    {
        using var gpu = Gpu.Create();
        KinkTests.Check(gpu);
    }
}

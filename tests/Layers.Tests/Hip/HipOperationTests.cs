using MIOpenDarts.Layers.Tests.Backends;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>Every plain operation on the GPU of this process.</summary>
[Trait("Category", "gpu")]
public class HipOperationTests
{
    public static TheoryData<string> Operations => [.. Operation.All.Select(o => o.Name)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Equals_the_reference_in_double_precision(string operation)
    {
        var tested = Operation.ByName(operation);
        using var gpu = Gpu.Create();
        foreach (var c in HipCases.All.Select(tested.Restrict).Distinct()) Comparison.Compare(tested, gpu, c);
    }
}

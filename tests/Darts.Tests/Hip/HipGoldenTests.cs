using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Goldens;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>
/// Primitives, cells and whole supernets on the GPU of this process, as the official code computes them, within the float tolerances of
/// Cpu.
/// </summary>
[Trait("Category", "gpu")]
public class HipGoldenTests
{
    // Five cells deep, and first order only, as for Cpu.
    private const double Tolerance = 5e-3;

    [Fact]
    public void Every_primitive_and_block()
    {
        using var gpu = Gpu.Create();
        foreach (var (file, name) in GoldenFiles.Cases("ops*.safetensors", ".input")) PrimitiveGoldenTests.Check(gpu, file, name, 3e-5);
    }

    [Theory]
    [InlineData(nameof(CellForm.Shared))]
    [InlineData(nameof(CellForm.Textbook))]
    public void Every_cell(string form)
    {
        using var gpu = Gpu.Create();
        foreach (var (file, name) in GoldenFiles.Cases("ops*.safetensors", ".input0"))
            CellGoldenTests.Check(gpu, file, name, Enum.Parse<CellForm>(form), 2e-4);
    }

    [Theory]
    [MemberData(nameof(SupernetGoldenTests.Networks), MemberType = typeof(SupernetGoldenTests))]
    public void Forward_loss_and_all_gradients(string file, string form)
    {
        using var gpu = Gpu.Create();
        SupernetGoldenTests.CheckNetwork(gpu, file, Enum.Parse<CellForm>(form), Tolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Search_steps_are_those_of_the_reference(bool unrolled)
    {
        using var gpu = Gpu.Create();
        StepwiseTests.Check(gpu, unrolled);
    }
}

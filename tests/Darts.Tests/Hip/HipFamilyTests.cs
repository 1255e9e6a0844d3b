using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Algorithms;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>A training pass of every method on the GPU of this process against the textbook form in double precision.</summary>
[Trait("Category", "gpu")]
public class HipFamilyTests
{
    [Theory]
    [MemberData(nameof(FamilyFormTests.Methods), MemberType = typeof(FamilyFormTests))]
    public void A_training_pass_equals_the_textbook(string method, int partialChannels)
    {
        using var reference = new ReferenceBackend<double>();
        var seed = FamilyFormTests.SeedFarFromKinks(method, partialChannels);
        using var textbook = FamilyFormTests.Small(reference, method, partialChannels, CellForm.Textbook, seed);
        using var gpu = Gpu.Create();
        using var shared = FamilyFormTests.Small(gpu, method, partialChannels, CellForm.Shared, seed);
        SharedFormTests.AssertClose(textbook.Outcome(FamilyFormTests.Training), shared.Outcome(FamilyFormTests.Training), 5e-3);
    }
}

using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>The 25 cells that differ in their first two edges.</summary>
internal sealed class FewCells : IGenomeSpace<string>
{
    public const int Count = 25;

    public string Key(string genome) => genome;

    public string Random(ref CounterRandom random) => Few(CellTable.Space.Random(ref random));

    public string MutateOne(string genome, ref CounterRandom random) => Few(CellTable.Space.MutateOne(genome, ref random));

    public string MutateEach(string genome, ref CounterRandom random) => Few(CellTable.Space.MutateEach(genome, ref random));

    public string Cross(string first, string second, ref CounterRandom random) => CellTable.Space.Cross(first, second, ref random);

    private static string Few(string cell) => cell[..2] + "3333";
}

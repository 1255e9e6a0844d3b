using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>The options of a search that its space decides: how its cells are wired, and how large its networks are.</summary>
internal static class SpaceOptions
{
    private const int Cells = 5, Channels = 16;

    /// <summary>The same settings in the size of a space.</summary>
    public static SearchOptions Fit(SearchOptions options, CellSpace space) => space.Skeleton == Skeleton.Darts
        ? options with { Space = space.Name }
        : Wire(options with { Space = space.Name, CellsPerStage = Cells, Layers = 0, InitChannels = Channels, TargetChannels = Channels },
            space);

    /// <summary>Options in which what nobody gave goes with the space that was given.</summary>
    public static SearchOptions Follow(SearchOptions options, DependentOptions dependent)
    {
        if (!CellSpace.TryFind(options.Space, out var space) || space.Skeleton == Skeleton.Darts) return options;
        var wired = Wire(options, space);
        if (dependent.Follows("layers", "space")) options = options with { Layers = 0 };
        if (dependent.Follows("target_channels", "space")) options = options with { TargetChannels = Channels };
        if (dependent.Follows("cells_per_stage", "space") && options.CellsPerStage == 0) options = options with { CellsPerStage = Cells };
        if (dependent.Follows("nodes", "space")) options = options with { Nodes = wired.Nodes };
        if (dependent.Follows("multiplier", "space")) options = options with { Multiplier = wired.Multiplier };
        return dependent.Follows("stem_multiplier", "space") ? options with { StemMultiplier = wired.StemMultiplier } : options;
    }

    /// <summary>What goes not with the space.</summary>
    public static IEnumerable<ValidationError> Validate(SearchOptions options)
    {
        if (!CellSpace.TryFind(options.Space, out var space)) yield break;
        var other = space.Skeleton == Skeleton.Darts ? "target_cells_per_stage" : "target_layers";
        var number = SearchOptions.Table.Find(other)!;
        if (number.Show(options) != number.Show(new SearchOptions()))
            yield return ValidationError.NotAllowed(
                other, number.Show(options),
                $"{number.Show(new SearchOptions())} with space {space.Name}, of whose networks it says nothing");
        if (space.Skeleton == Skeleton.Darts) yield break;
        var wired = Wire(options, space);
        foreach (var field in SearchOptions.Table.All.Where(field => field.Name is "nodes" or "multiplier" or "stem_multiplier"))
        {
            if (field.Show(options) != field.Show(wired))
                yield return ValidationError.NotAllowed(
                    field.Name, field.Show(options), $"{field.Show(wired)} with space {space.Name}, whose cells are all wired alike");
        }
    }

    private static SearchOptions Wire(SearchOptions options, CellSpace space) =>
        options with { Nodes = space.Topology.Nodes, Multiplier = space.Topology.Multiplier, StemMultiplier = 1 };
}

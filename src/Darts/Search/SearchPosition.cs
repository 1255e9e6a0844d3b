using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Search;

/// <summary>Where a search stands between two steps.</summary>
public sealed class SearchPosition : LoopPosition<EpochRecord>;

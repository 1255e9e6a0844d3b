using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Darts.Search;

/// <summary>Where a search stands between two steps.</summary>
public sealed class SearchPosition : LoopPosition<EpochRecord>;

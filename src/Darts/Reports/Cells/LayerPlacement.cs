namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>
/// Gives ordered items their positions across: every item is pulled to the mean of its neighbours, as near as the room that the
/// others take allows. Each layer is solved exactly (isotonic regression by pooling adjacent violators), the layers in turns.
/// </summary>
internal static class LayerPlacement
{
    private const int Sweeps = 40;
    private const double StraightPull = 4;

    /// <summary>Sets <see cref="CellItem.Across"/>; the smallest edge ends at 0.</summary>
    /// <param name="layers">Ordered layers.</param>
    /// <param name="gap">Least distance between neighbours, in pixels.</param>
    /// <param name="spine">
    /// How strongly states and labels are drawn to one straight line; 0 leaves them where their neighbours want them.
    /// </param>
    /// <returns>The largest edge.</returns>
    public static double Apply(List<List<CellItem>> layers, double gap, double spine)
    {
        foreach (var layer in layers) Settle(layer, new double[layer.Count], [.. layer.Select(_ => 1.0)], gap);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var step = 0; step < layers.Count; step++)
            {
                var layer = layers[sweep % 2 == 0 ? step : layers.Count - 1 - step];
                var pulls = layer.Select(item => Pull(item, spine)).ToList();
                Settle(layer, [.. pulls.Select(pull => pull.Wanted)], [.. pulls.Select(pull => pull.Weight)], gap);
            }
        }

        var items = layers.SelectMany(layer => layer).ToList();
        var smallest = items.Min(item => item.Across - item.AcrossSize / 2);
        foreach (var item in items) item.Across -= smallest;
        return items.Max(item => item.Across + item.AcrossSize / 2);
    }

    private static (double Wanted, double Weight) Pull(CellItem item, double spine)
    {
        // Settled without any pull, every layer is centred on 0: that is where the spine runs.
        var weight = item.Kind == CellItemKind.Passage ? 0 : spine;
        var sum = 0.0;
        foreach (var neighbour in item.Before.Concat(item.After))
        {
            var strength = item.Kind == CellItemKind.Passage && neighbour.Kind == CellItemKind.Passage ? StraightPull : 1;
            weight += strength;
            sum += strength * neighbour.Across;
        }

        return weight == 0 ? (item.Across, 1) : (sum / weight, weight);
    }

    private static void Settle(List<CellItem> layer, double[] wanted, double[] weight, double gap)
    {
        var offset = new double[layer.Count];
        for (var index = 1; index < layer.Count; index++)
            offset[index] = offset[index - 1] + (layer[index - 1].AcrossSize + layer[index].AcrossSize) / 2 + gap;

        var blocks = new Stack<(double Sum, double Weight, int Count)>();
        for (var index = 0; index < layer.Count; index++)
        {
            var block = (Sum: weight[index] * (wanted[index] - offset[index]), Weight: weight[index], Count: 1);
            while (blocks.TryPeek(out var previous) && previous.Sum / previous.Weight > block.Sum / block.Weight)
            {
                blocks.Pop();
                block = (previous.Sum + block.Sum, previous.Weight + block.Weight, previous.Count + block.Count);
            }

            blocks.Push(block);
        }

        var position = layer.Count;
        foreach (var (sum, total, count) in blocks)
        {
            for (var left = count; left > 0; left--)
            {
                position--;
                layer[position].Across = sum / total + offset[position];
            }
        }
    }
}

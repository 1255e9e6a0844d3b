namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>Orders the items of every layer so that few lines cross: barycentre sweeps, then swaps of neighbours that still help.</summary>
internal static class LayerOrder
{
    private const int Sweeps = 12;

    public static void Apply(List<List<CellItem>> layers)
    {
        var best = Snapshot(layers);
        var fewest = Crossings(layers);
        for (var sweep = 0; sweep < Sweeps && fewest > 0; sweep++)
        {
            Sweep(layers, forward: sweep % 2 == 0);
            Swap(layers);
            var crossings = Crossings(layers);
            if (crossings >= fewest) continue;
            fewest = crossings;
            best = Snapshot(layers);
        }

        for (var layer = 0; layer < layers.Count; layer++) layers[layer] = best[layer];
    }

    /// <summary>Number of pairs of lines that cross between neighbouring layers.</summary>
    public static int Crossings(List<List<CellItem>> layers)
    {
        var crossings = 0;
        for (var layer = 1; layer < layers.Count; layer++) crossings += Crossings(layers[layer - 1], layers[layer]);
        return crossings;
    }

    private static int Crossings(List<CellItem> left, List<CellItem> right)
    {
        var ends = left.SelectMany((item, from) => item.After.Select(next => (From: from, To: right.IndexOf(next)))).ToList();
        var crossings = 0;
        for (var a = 0; a < ends.Count; a++)
        {
            for (var b = a + 1; b < ends.Count; b++)
                if ((ends[a].From - ends[b].From) * (ends[a].To - ends[b].To) < 0) crossings++;
        }

        return crossings;
    }

    private static void Sweep(List<List<CellItem>> layers, bool forward)
    {
        for (var step = 1; step < layers.Count; step++)
        {
            var layer = forward ? step : layers.Count - 1 - step;
            var fixedLayer = layers[forward ? layer - 1 : layer + 1];
            var current = layers[layer];
            // OrderBy is stable, so items that pull equally keep their order and the drawing does not depend on chance.
            layers[layer] = [.. current.OrderBy(item => Barycentre(item, fixedLayer, forward, current.IndexOf(item)))];
        }
    }

    private static double Barycentre(CellItem item, List<CellItem> fixedLayer, bool forward, int otherwise)
    {
        var neighbours = forward ? item.Before : item.After;
        return neighbours.Count == 0 ? otherwise : neighbours.Average(neighbour => (double)fixedLayer.IndexOf(neighbour));
    }

    private static void Swap(List<List<CellItem>> layers)
    {
        for (var layer = 0; layer < layers.Count; layer++)
        {
            for (var index = 1; index < layers[layer].Count; index++)
            {
                var before = Around(layers, layer);
                Exchange(layers[layer], index);
                if (Around(layers, layer) >= before) Exchange(layers[layer], index);
            }
        }
    }

    private static int Around(List<List<CellItem>> layers, int layer) =>
        (layer > 0 ? Crossings(layers[layer - 1], layers[layer]) : 0)
        + (layer + 1 < layers.Count ? Crossings(layers[layer], layers[layer + 1]) : 0);

    private static void Exchange(List<CellItem> items, int index) =>
        (items[index - 1], items[index]) = (items[index], items[index - 1]);

    private static List<List<CellItem>> Snapshot(List<List<CellItem>> layers) => [.. layers.Select(layer => layer.ToList())];
}

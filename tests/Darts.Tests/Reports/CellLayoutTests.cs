using CsCheck;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Tests.Reports;

public class CellLayoutTests
{
    private static readonly CellDirection[] Directions = [CellDirection.LeftToRight, CellDirection.TopToBottom];

    [Fact]
    public void A_published_or_odd_cell_is_drawn_without_overlap()
    {
        foreach (var (name, graph) in SampleCells.Published.Concat([("chain", SampleCells.Chain), ("odd", SampleCells.Odd),
            ("full", SampleCells.Full)]))
        {
            foreach (var direction in Directions) NothingOverlaps(CellLayout.From(graph, direction), name);
        }
    }

    [Fact]
    public void A_random_cell_is_drawn_without_overlap() =>
        SampleCells.Random.Holds(graph =>
        {
            foreach (var direction in Directions) NothingOverlaps(CellLayout.From(graph, direction), "random");
        }, 300);

    [Fact]
    public void Every_operation_has_one_label_and_every_state_one_box() =>
        SampleCells.Random.Holds(graph =>
        {
            foreach (var direction in Directions)
            {
                var boxes = CellLayout.From(graph, direction).Boxes;
                Assert.Equal(graph.Edges.Order(Compare), boxes.Select(box => box.Item.Edge!).Where(edge => edge is not null)
                    .Order(Compare));
                Assert.Equal(graph.States + 1, boxes.Count(box => box.Item.Kind == CellItemKind.State));
            }
        }, 100);

    [Fact]
    public void A_published_cell_stays_legible_on_a_phone_when_drawn_from_top_to_bottom()
    {
        const double Page = 400 - 2 * 16, SmallestText = 9.5;
        foreach (var (name, graph) in SampleCells.Published)
        {
            var text = CellLayout.FontSize * Math.Min(1, Page / CellLayout.From(graph, CellDirection.TopToBottom).Width);
            Assert.True(text >= SmallestText, $"{name}: text of {text} pixels");
        }
    }

    [Fact]
    public void The_same_cell_is_always_drawn_the_same() =>
        Assert.Equal(CellDrawing.Svg(SampleCells.Full, "cell"), CellDrawing.Svg(SampleCells.Full, "cell"));

    [Fact]
    public void Lines_of_the_second_order_normal_cell_hardly_cross()
    {
        var layers = CellLayers.From(SampleCells.DartsV2Normal, CellDirection.LeftToRight).Layers;
        LayerOrder.Apply(layers);
        Assert.InRange(LayerOrder.Crossings(layers), 0, 6);
    }

    private static readonly Comparer<CellEdge> Compare = Comparer<CellEdge>.Create((a, b) =>
        (a.Target, a.Source, a.Operation).CompareTo((b.Target, b.Source, b.Operation)));

    private static void NothingOverlaps(CellLayout layout, string name)
    {
        const double Room = 4;
        foreach (var box in layout.Boxes)
        {
            Assert.True(box.X - box.Width / 2 >= Room && box.X + box.Width / 2 <= layout.Width - Room,
                $"{name}: {box.Item.Text} leaves the picture");
            Assert.True(box.Y - box.Height / 2 >= Room && box.Y + box.Height / 2 <= layout.Height - Room,
                $"{name}: {box.Item.Text} leaves the picture");
            foreach (var other in layout.Boxes)
            {
                if (ReferenceEquals(box, other)) continue;
                var apart = Math.Abs(box.X - other.X) >= (box.Width + other.Width) / 2 + Room
                    || Math.Abs(box.Y - other.Y) >= (box.Height + other.Height) / 2 + Room;
                Assert.True(apart, $"{name}: {box.Item.Text} covers {other.Item.Text}");
            }

            foreach (var link in layout.Links)
            {
                if (link.From == box.Item || link.To == box.Item) continue;
                foreach (var (from, to) in ((CellPoint, CellPoint)[])[(link.Start, link.Leave), (link.Leave, link.Arrive),
                    (link.Arrive, link.End)])
                {
                    for (var part = 0; part <= 8; part++)
                        Assert.False(Inside(box, Along(from, to, part / 8.0)), $"{name}: a line crosses {box.Item.Text}");
                }
            }
        }
    }

    private static CellPoint Along(CellPoint from, CellPoint to, double t) =>
        new(from.X + t * (to.X - from.X), from.Y + t * (to.Y - from.Y));

    private static bool Inside(CellBox box, CellPoint point) =>
        Math.Abs(point.X - box.X) < box.Width / 2 - 0.01 && Math.Abs(point.Y - box.Y) < box.Height / 2 - 0.01;
}

using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Benchmarks;
using Spectre.Console;

namespace MIOpenDarts.Cli.Commands;

/// <summary>The tables of <c>miopendarts bench</c>, a row as soon as it is measured.</summary>
internal static class BenchTable
{
    private static readonly Column[] Common =
    [
        new("C", 4, m => $"{m.Channels}"), new("batch", 6, m => $"{m.Batch}"), new("size", 7, m => $"{m.Size}x{m.Size}"),
        new("median", 10, m => m.Median is { } median ? Duration(median) : m.IsModelled ? "-" : $"~{Units.Time(m.ExpectedSeconds)}"),
        new("min", 10, m => m.Minimum is { } minimum ? Duration(minimum) : m.LacksMemory ? "no memory" : "no time"),
        new("GFLOP/s", 9, m => m.Gigaflops?.ToString("F1") ?? ""),
    ];
    private static readonly Column Roofline = new("roofline", 10, m => m.RooflinePercent is { } percent ? $"{percent:F0} %" : "");
    private static readonly Column Rate = new("images/s", 10, m => m.ImagesPerSecond?.ToString("F0") ?? "");
    private static readonly Column Peak = new("peak", 10, m => m.PeakBytes > 0 ? Units.Memory(m.PeakBytes) : "");
    private static readonly Column Cores = new(
        "cores", 15,
        m => m.CoreShare is { } share ? $"{100 * share:F0} %{(m.IsDisturbed ? "*" : " ")} {(m.IsShared ? "shared" : "  free")}" : "");

    /// <summary>Both passes of layers.</summary>
    public static IReadOnlyList<Column> Layers { get; } =
    [
        new("layer", -24, m => m.Name), new("pass", -9, m => m.Pass), .. Common,
        new("GB/s", 8, m => m.GigabytesPerSecond?.ToString("F1") ?? ""), Roofline, Cores,
    ];

    /// <summary>Steps of a search.</summary>
    public static IReadOnlyList<Column> Steps { get; } =
    [
        new("", -2, m => m.Name), new("step", -21, m => m.Pass), .. Common, Roofline, Rate,
        new("memory", 10, m => m.PlannedBytes > 0 ? Units.Memory(m.PlannedBytes) : ""), Peak, Cores,
    ];

    /// <summary>Training and inference of a discrete network.</summary>
    public static IReadOnlyList<Column> Networks { get; } =
    [
        new("network on", -12, m => m.Name), new("pass", -14, m => m.Pass), .. Common, Roofline, Rate, Peak, Cores,
    ];

    /// <summary>Decoding of images.</summary>
    public static IReadOnlyList<Column> Data { get; } =
    [
        new("", -7, m => m.Name), new("image", -26, m => m.Pass), .. Common.Where(c => c.Title is "size" or "median" or "min"), Rate,
        new("best", 10, m => (m.Batch / m.Minimum)?.ToString("F0") ?? ""),
    ];

    /// <summary>A table on a terminal that is wide enough; otherwise lines as they come.</summary>
    public static List<Measurement> Show(Screen screen, IReadOnlyList<Column> columns, IEnumerable<Measurement> measurements)
    {
        var all = new List<Measurement>();
        if (screen.Terminal is { } terminal && terminal.Profile.Width > columns.Sum(c => Math.Abs(c.Width) + 2))
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach (var c in columns)
                table.AddColumn(new TableColumn(c.Title) { NoWrap = true, Alignment = c.Width < 0 ? Justify.Left : Justify.Right });
            terminal.Status().Start("measuring", status =>
            {
                foreach (var m in measurements)
                {
                    all.Add(m);
                    status.Status($"measured {m.Name} {m.Pass}".EscapeMarkup());
                    table.AddRow([.. columns.Select(c => c.Cell(m).EscapeMarkup())]);
                }
            });
            terminal.Write(table);
            ShowUnmodelled(screen, all);
            return all;
        }

        screen.Output.WriteLine();
        screen.Output.WriteLine(Line(columns, c => c.Title));
        foreach (var m in measurements)
        {
            all.Add(m);
            screen.Output.WriteLine(Line(columns, c => c.Cell(m)));
        }

        ShowUnmodelled(screen, all);
        return all;
    }

    // In a line of its own: among the times of the card it would look like one.
    private static void ShowUnmodelled(Screen screen, List<Measurement> all)
    {
        var missing = all.Where(m => m is { InterpreterSeconds: > 0, LacksMemory: false }).ToList();
        if (missing.Count > 0)
            screen.Output.WriteLine(
                $"{missing.Count} of {all.Count} were not modelled, for which the interpreter would need some "
                + $"{Units.Time(missing.Sum(m => m.InterpreterSeconds))} here; give more --seconds");
    }

    private static string Line(IReadOnlyList<Column> columns, Func<Column, string> text) =>
        string.Concat(columns.Select(c => c.Width < 0 ? text(c).PadRight(-c.Width) : text(c).PadLeft(c.Width))).TrimEnd();

    private static string Duration(double seconds) => seconds switch
    {
        < 0.001 => $"{seconds * 1e6:F1} us",
        < 1 => $"{seconds * 1e3:F2} ms",
        _ => $"{seconds:F3} s",
    };

    /// <summary>A column of a table; a negative width is one that begins at the left.</summary>
    internal sealed record Column(string Title, int Width, Func<Measurement, string> Cell);
}

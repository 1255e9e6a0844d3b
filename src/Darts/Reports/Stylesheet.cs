namespace MIOpenDarts.Darts.Reports;

/// <summary>
/// The colours and styles of the drawings, light and dark; a drawing uses only variables, so both themes share one picture.
/// </summary>
internal static class Stylesheet
{
    /// <summary>Variables on the root element, which is the page or, in a picture that stands alone, the picture.</summary>
    public static Markup Palette { get; } = new Markup().Add($$$"""
        :root{color-scheme:light dark;--page:#ffffff;--panel:#f6f8fa;--ink:#1b1f24;--soft:#57606a;--line:#8b949e;--grid:#dfe3e8;
        --input:#d8efdc;--node:#dbe9fb;--output:#fbeebf;--train:#2a78d6;--valid:#c9501a;--heat:#1c5cab;--below:#b4540a;--over:#ffffff;
        --sep-1:#3987e5;--sep-2:#184f95;--dil-1:#8f74e0;--dil-2:#4f33a3;--pool-1:#15855a;--pool-2:#66bd94;--skip:#d48806;--none:#98a1ab;--conv-1:#e0638f;--conv-2:#a3184f}
        @media(prefers-color-scheme:dark){:root{--page:#14171c;--panel:#1c2128;--ink:#e6e9ee;--soft:#a0aab6;--line:#7d8794;--grid:#2f363f;
        --input:#21402b;--node:#1f3a5c;--output:#4b4016;--train:#5598e7;--valid:#f0874a;--heat:#6aa8f2;--below:#f0954a;--over:#0d1117;
        --sep-1:#3987e5;--sep-2:#9cc4f5;--dil-1:#8a74ea;--dil-2:#c9bdfb;--pool-1:#27a372;--pool-2:#93dcb8;--skip:#e0a52e;--none:#707a86;--conv-1:#e0638f;--conv-2:#f5b3cb}}
        """);

    /// <summary>Style of a drawn cell.</summary>
    public static Markup Cell { get; } = new Markup().Add($$$"""
        .cell-page{fill:var(--page)}.cell-trunk,.cell-edge{fill:none;stroke-width:1.5}.cell-edge{stroke-width:2}
        .cell-operation{fill-opacity:.15;stroke-width:1.4}.cell-state{stroke:var(--line);stroke-width:1.4}
        .cell-input{fill:var(--input)}.cell-node{fill:var(--node)}.cell-output{fill:var(--output)}.cell-unused{opacity:.45}
        .cell-text{font:13px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;text-anchor:middle;fill:var(--ink)}
        .cell-name{font-weight:600}.cell-index{font-size:10px}
        """);

    /// <summary>Style of the page and its charts.</summary>
    public static Markup Page { get; } = new Markup().Add($$$"""
        *{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,'Segoe UI','DejaVu Sans',sans-serif}
        main{max-width:1240px;margin:0 auto;padding:20px 16px 48px}h1{font-size:1.5rem;line-height:1.25;margin:0 0 4px}
        h2{font-size:1.15rem;margin:36px 0 10px;padding-top:14px;border-top:1px solid var(--grid)}h3{font-size:1rem;margin:14px 0 6px}
        p{margin:6px 0;max-width:76ch}.soft{color:var(--soft)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px;margin:16px 0;padding:0;list-style:none}
        .tiles li{background:var(--panel);border-radius:8px;padding:10px 14px}.tiles b{display:block;font-size:1.35rem;font-weight:650;line-height:1.3}
        .tiles span{color:var(--soft);font-size:.85rem}
        pre{background:var(--panel);border-radius:8px;padding:10px 14px;margin:8px 0;white-space:pre-wrap;overflow-wrap:anywhere;font:12.5px/1.5 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;user-select:all}
        figure{margin:0;min-width:0}figcaption{font-weight:600;margin-bottom:4px}svg{display:block;max-width:100%;height:auto}
        .cells{display:flex;flex-wrap:wrap;gap:18px 40px}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr));gap:22px 32px;margin:10px 0}
        .edges{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:12px 16px;margin:10px 0}
        .wide{display:none}@media(min-width:760px){.wide{display:block}.narrow{display:none}}
        .chart{width:100%;max-width:560px;font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif}.chart-title{font-size:13px;font-weight:600;fill:var(--ink)}
        .chart-text{font-size:12px;fill:var(--soft)}.chart-small{font-size:10.5px;fill:var(--soft)}.chart-end{text-anchor:end}.chart-middle{text-anchor:middle}
        .chart-grid{stroke:var(--grid)}.chart-axis{stroke:var(--line)}.chart-line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .chart-mark{fill:none;stroke-width:1.5;stroke-dasharray:4 3}.chart-hover{fill:var(--ink);fill-opacity:0}.chart-hover:hover{fill-opacity:.07}.chart-bar{stroke:var(--page);stroke-width:1}
        .heat{fill:var(--heat)}.heat-strongest{stroke:var(--ink);stroke-width:1.5}.heat-ground{fill:var(--panel)}.heat-text{font-size:11px;text-anchor:middle;fill:var(--ink)}.heat-over{fill:var(--over)}
        .legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0;padding:0;list-style:none;font-size:.85rem;color:var(--soft)}.legend i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px}
        .heat-below{fill:var(--below)}
        .scale{display:flex;flex-wrap:wrap;align-items:center;gap:4px 8px;max-width:none;font-size:.85rem;color:var(--soft)}
        .scale i{width:60px;height:11px}.scale-below{background:linear-gradient(270deg,var(--page),var(--below))}
        .scale-above{margin-left:-8px;background:linear-gradient(90deg,var(--page),var(--heat))}
        details{margin:10px 0}summary{cursor:pointer;font-weight:600}.scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:.87rem}th{text-align:left;font-weight:600}th,td{padding:4px 14px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top;overflow-wrap:anywhere}
        .numbers th,.numbers td{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        .pair{display:grid;margin:0 0 22px;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:10px 40px;align-items:start}
        """);
}

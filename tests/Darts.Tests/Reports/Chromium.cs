using System.Diagnostics;

namespace MIOpenDarts.Darts.Tests.Reports;

/// <summary>A headless Chromium, when the machine has one.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    public static string? Program { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>Opens a page and gives the document back as it is after its scripts ran.</summary>
    public static async Task<string> DumpAsync(string page, bool dark, string profile, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Program!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", $"--user-data-dir={profile}", "--window-size=1600,1000",
            $"--blink-settings=preferredColorScheme={(dark ? 0 : 1)}", "--virtual-time-budget=5000", "--dump-dom", $"file://{page}",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        var text = await output;
        return text.Length > 0 ? text : throw new InvalidOperationException($"Chromium gave no document: {await errors}");
    }
}

using System.CommandLine;
using System.Runtime.InteropServices;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts info</c>: what this machine offers.</summary>
internal static class InfoCommand
{
    public const string Name = "info";

    public static Command Create(Screen screen)
    {
        var command = new Command(Name, "Show what this machine offers: processor, backends, libraries.");
        command.SetAction(_ =>
        {
            screen.Output.WriteLine($"miopendarts {RunEnvironment.ThisVersion}");
            Write(screen.Output, "machine", Machine());
            Write(screen.Output, "backends", Backends());
            Write(screen.Output, "libraries", Libraries());
            foreach (var kind in BackendChoice.All)
                if (kind.Devices is { } devices) Write(screen.Output, devices.Title, Devices(kind, devices));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, string title, IEnumerable<(string Name, string Text)> lines)
    {
        output.WriteLine();
        output.WriteLine(title);
        foreach (var (name, text) in lines) output.WriteLine($"  {name,-10} {text}");
    }

    private static IEnumerable<(string Name, string Text)> Machine() =>
    [
        ("system", RuntimeInformation.OSDescription),
        ("runtime", RuntimeInformation.FrameworkDescription),
        ("processor", $"{RunEnvironment.ThisProcessor}, {Environment.ProcessorCount} threads, {RunEnvironment.WidestVector}-bit vectors"),
    ];

    private static IEnumerable<(string Name, string Text)> Backends()
    {
        foreach (var name in BackendChoice.Names) yield return (name, Describe(name));
    }

    private static IEnumerable<(string Name, string Text)> Libraries()
    {
        foreach (var library in Enum.GetValues<RocmLibrary>())
            yield return (library.ToString(), Rocm.PathOf(library) ?? "not found");
    }

    private static IEnumerable<(string Name, string Text)> Devices(BackendKind kind, BackendDevices devices) =>
        devices.List() is { Count: > 0 } all
            ? all.Select((device, number) => ($"{kind.Name}:{number}", device))
            : [("none", FirstLine(devices.WhyNone()))];

    private static string FirstLine(string? text) => text?.Split('\n')[0].Trim() ?? "";

    private static string Describe(string name)
    {
        try
        {
            using var backend = BackendChoice.Create(name);
            return name == backend.Name ? backend.Description : $"takes {backend.Name}";
        }
        catch (BackendUnavailableException e)
        {
            return $"cannot run here: {e.Message}";
        }
    }
}

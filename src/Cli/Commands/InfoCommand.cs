using System.CommandLine;
using System.Runtime.InteropServices;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts info</c>: what this machine offers.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var command = new Command("info", "Show backends, vector width and the libraries found.");
        command.SetAction(_ =>
        {
            Console.WriteLine($"miopendarts {RunEnvironments.Version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
            Console.WriteLine($"processor    {RunEnvironments.Processor}, {Environment.ProcessorCount} threads, {RunEnvironments.SimdBits}-bit vectors");
            foreach (var name in BackendChoice.Names.Where(n => n != "auto"))
            {
                using var backend = BackendChoice.Create(name);
                Console.WriteLine($"backend      {name}: {backend.Description}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}

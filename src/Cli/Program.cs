using System.CommandLine;
using MIOpenDarts.Cli;
using MIOpenDarts.Cli.Commands;

var root = new RootCommand("Differentiable architecture search (DARTS). Start with: miopendarts search")
{
    SearchCommand.Create(),
    ShowCommand.Create(),
    InfoCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine($"miopendarts: {error.Message}");
    Console.Error.WriteLine("miopendarts: see miopendarts --help");
    return ExitCode.Usage;
}

return Failures.Guard(() => parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));

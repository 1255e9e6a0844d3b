using MIOpenDarts.Cli;
using MIOpenDarts.Darts.Distributed;

QueuedOutput? queued = null;

// A thread of its own, such as a timer's, has nobody else to catch what it throws.
AppDomain.CurrentDomain.UnhandledException += (_, thrown) =>
{
    var fault = Failures.Guard(Console.Error, () => throw FaultException.Create((Exception)thrown.ExceptionObject, Path.GetTempPath()));
    queued?.Flush();
    Environment.Exit(fault);
};

if (Ranks.AreLaunched) Console.SetError(new StandardOutput(DirectError.Of(Console.Error), TextWriter.Null));
var output = new StandardOutput(Console.Out, Console.Error);
if (!Ranks.AreLaunched) return output.Code(CommandLine.Run(args, Screen.OfProcess(output)));

queued = new QueuedOutput(output);
var code = CommandLine.Run(args, Screen.OfProcess(queued));
// A launcher that passed a signal on may never read again, and kills what does not leave.
queued.Drain(code >= ExitCode.Signalled ? TimeSpan.FromSeconds(1) : TimeSpan.MaxValue);
return output.Code(code);

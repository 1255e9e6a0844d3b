using MIOpenDarts.Cli;
using MIOpenDarts.Darts.Distributed;

// A thread of its own, such as a timer's, has nobody else to catch what it throws.
AppDomain.CurrentDomain.UnhandledException += (_, thrown) =>
    Environment.Exit(
        Failures.Guard(Console.Error, () => throw FaultException.Create((Exception)thrown.ExceptionObject, Path.GetTempPath())));

var output = new StandardOutput(Console.Out, Console.Error);
if (!Ranks.AreLaunched) return output.Code(CommandLine.Run(args, Screen.OfProcess(output)));

using var queued = new QueuedOutput(output);
var code = CommandLine.Run(args, Screen.OfProcess(queued));
// A launcher that passed a signal on may never read again, and kills what does not leave; the run's folder has all there was to say.
var isRead = queued.Drain(TimeSpan.FromSeconds(code >= ExitCode.Signalled ? 1 : 10));
if (!isRead && code == ExitCode.Done)
    return Failures.Report(Console.Error, "the launcher has not read all that was printed; what was done is done", ExitCode.Failed);
return output.Code(code);

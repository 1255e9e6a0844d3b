using MIOpenDarts.Cli;

// A thread of its own, such as a timer's, has nobody else to catch what it throws.
AppDomain.CurrentDomain.UnhandledException += (_, thrown) =>
    Environment.Exit(
        Failures.Guard(Console.Error, () => throw FaultException.Create((Exception)thrown.ExceptionObject, Path.GetTempPath())));

var output = new StandardOutput(Console.Out, Console.Error);
return output.Code(CommandLine.Run(args, Screen.OfProcess(output)));

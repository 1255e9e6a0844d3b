return MIOpenDarts.Cli.CommandLine.Run(args, MIOpenDarts.Cli.Screen.OfProcess());

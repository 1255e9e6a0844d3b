using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MIOpenDarts.Cli.Commands;

namespace MIOpenDarts.Cli.Usage;

/// <summary>The generated help of a command, and below it examples and whatever else the command has to say.</summary>
internal sealed class HelpPage(HelpAction generated) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = generated.Invoke(parseResult);
        var footer = parseResult.CommandResult.Command.Name switch
        {
            SearchCommand.Name => SearchCommand.Footer,
            TrainCommand.Name => TrainCommand.Footer,
            EvaluateCommand.Name => EvaluateCommand.Footer,
            ExportCommand.Name => ExportCommand.Footer,
            DecomposeCommand.Name => DecomposeCommand.Footer,
            PruneCommand.Name => PruneCommand.Footer,
            CompressCommand.Name => CompressCommand.Footer,
            QuantizeCommand.Name => QuantizeCommand.Footer,
            PredictCommand.Name => PredictCommand.Footer,
            CompareCommand.Name => CompareCommand.Footer,
            DemoCommand.Name => DemoCommand.Footer,
            CompletionCommand.Name => CompletionCommand.Footer,
            DataCommand.Name => DataCommand.Footer,
            ShowCommand.Name => ShowCommand.Footer,
            BenchCommand.Name => BenchCommand.Footer,
            WarmupCommand.Name => WarmupCommand.Footer,
            ForecastCommand.Name => ForecastCommand.Footer,
            ProfileCommand.Name => ProfileCommand.Footer,
            ParetoCommand.Name => ParetoCommand.Footer,
            InfoCommand.Name => "",
            _ => "Start with: miopendarts search\n" + ExitCode.Legend,
        };
        if (footer.Length > 0) parseResult.InvocationConfiguration.Output.WriteLine(footer);
        return code;
    }
}

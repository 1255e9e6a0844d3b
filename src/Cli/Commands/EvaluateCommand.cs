using System.CommandLine;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts evaluate</c>: the test accuracy of a trained network, as its training said it.</summary>
internal static class EvaluateCommand
{
    public const string Name = "evaluate";
    private const int Batch = 96;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        An .onnx file is run by ONNX Runtime, with the normalisation of its metadata; if it has none, with that of the data.

        Examples:
          miopendarts evaluate runs/trained
          miopendarts evaluate runs/trained --best
          miopendarts evaluate runs/trained --cost macs,latency:table.json
          miopendarts evaluate model.onnx --data cifar-10-batches-bin
          miopendarts evaluate best.safetensors --data cifar-10-batches-bin
          miopendarts evaluate official.safetensors --genotype DARTS_V2 --data cifar-10-batches-bin
        """;

    public static Command Create(Screen screen)
    {
        var network = new NetworkArguments(screen, NetworkArguments.OrOnnx);
        var data = OptionNames.Path("--data", "NAME", "Data set (default: that of the training).");
        var backend = OptionNames.Backend("Where to compute.");
        var figures = new Option<bool>("--figures") { Description = "Size, memory and time of an image at batch 1 on this backend too." };
        var cost = CostArguments.Names("What the network costs too.");
        var command = new Command(Name, "Test a trained network.");
        network.AddTo(command);
        foreach (var option in new Option[] { data, backend, figures, cost }) command.Options.Add(option);
        network.AddForeignTo(command);
        command.SetAction(parsed =>
        {
            var typed = network.Typed(parsed);
            if (OnnxModel.IsOne(typed))
            {
                network.RefuseOptions(parsed, NetworkArguments.WithOnnx, backend, figures, cost);
                screen.Output.WriteLine(Describe(TestModel(typed, parsed.GetValue(data) ?? DataSource.FashionMnistSlice)));
                return ExitCode.Done;
            }

            var costs = CostArguments.Open(parsed.GetValue(cost));
            var options = Directory.Exists(typed) ? TrainFolder.ReadOptions(typed) : null;
            var name = parsed.GetValue(data) ?? options?.Data ?? DataSource.FashionMnistSlice;
            var given = network.Data(parsed, name);
            using var trained = network.Open(parsed, parsed.GetValue(backend)!, 0, given);
            var images = given ?? TestImages.Open(name, options, trained.Description);
            var result = NetworkTest.Run(
                trained.Net, trained.Description, EvaluationTraining.RequireTest(images), options?.BatchSize ?? Batch);
            screen.Output.WriteLine(Describe(result));
            foreach (var model in costs) screen.Output.WriteLine(Describe(model, trained.Description));
            if (parsed.GetValue(figures)) screen.Output.WriteLine(Describe(InferenceFigures.Measure(trained.Net)));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>One line about a test.</summary>
    public static string Describe(TestResult test) =>
        $"{test.Top1:F2} % of {test.Images:N0} images right (top 5 {test.Top5:F2} %), loss {test.Loss:F4}";

    private static TestResult TestModel(string file, string name)
    {
        using var model = OnnxModel.Open(file);
        var data = TestImages.Open(name, options: null, model.Description);
        return OnnxTest.Run(model, EvaluationTraining.RequireTest(data), data.Normalization);
    }

    private static string Describe(InferenceFigures f) =>
        $"{f.Parameters:N0} parameters ({f.WeightBytes / 1048576.0:F2} MiB), {f.MultiplyAdds / 1e6:F1} M multiply-adds; at batch 1 "
        + $"{f.ActivationBytes / 1048576.0:F2} MiB of activations, {1000 * f.Seconds:F2} ms an image";

    private static string Describe(ICostModel model, NetworkDescription network)
    {
        if (ITargetNetwork.CostOf(network, model) is { } cost) return $"{model.Name}: {model.Show(cost)}";
        var what = network.Operations is not null ? "a compressed network" : network.Network;
        return $"{model.Name}: n/a, {what} is no network of the cells of a space";
    }
}

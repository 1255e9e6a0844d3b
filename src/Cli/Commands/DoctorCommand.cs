using System.CommandLine;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts doctor</c>: whether a GPU here computes what it should, and what to do if not.</summary>
internal static class DoctorCommand
{
    public const string Name = "doctor";

    public static Command Create(Screen screen)
    {
        var number = new Option<int>("--device") { HelpName = "N", Description = "Number of the GPU, from 0." };
        var backend = OptionNames.OneOf(
            "--backend", "What to test.",
            [.. BackendChoice.All.OrderByDescending(kind => kind.Devices is not null).Select(kind => kind.Name)]);
        var kernels = OptionNames.Path(
            "--kernels", "ARCH",
            "Print what our kernels need on an architecture (for example gfx803) and, where there is a GPU, "
            + "how a step of the standard supernet "
            + "uses them, as a table, and do nothing else.");
        var command = new Command(Name, "Test the GPU: libraries, environment, and every operation against the managed path.")
        {
            backend, number, kernels,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(kernels) is { } architecture) return Tabulate(screen.Output, architecture);
            var kind = BackendChoice.Find(parsed.GetValue(backend)!)!;
            if (kind.Devices is null && parsed.GetResult(number) is { Implicit: false })
                throw new OptionsException($"--device is the number of a GPU, and backend '{kind.Name}' has none; leave it out");
            return Examine(screen.Output, kind, parsed.GetValue(number));
        });
        return command;
    }

    private static int Tabulate(TextWriter output, string architecture)
    {
        var (uses, kernels) = HipDevice.All.Count > 0 ? OneStep() : ([], []);
        output.Write(KernelTable.Markdown(architecture, uses, kernels));
        if (kernels.Count == 0) return ExitCode.Done;
        output.WriteLine();
        ForecastTable.Write(
            output, TimeModel.Here()!, kernels, uses.ToDictionary(u => u.Key, u => u.Value.Bytes), Standard.Batch);
        return ExitCode.Done;
    }

    private static StepConfiguration Standard => StepConfiguration.All.Single(c => c.Name == "A");

    /// <summary>
    /// What one first-order step of the paper's supernet launches, the first one, which also prepares, apart; and what the time model says
    /// of it where the GPU is a modelled one.
    /// </summary>
    private static (Dictionary<string, KernelUse> Uses, IReadOnlyList<ModelledKernel> Kernels) OneStep()
    {
        using var gpu = MIOpenBackend.Create();
        using var step = new PreparedStep(gpu, Standard, unrolled: false);
        Run();
        var before = new Dictionary<string, KernelUse>(gpu.KernelUses);
        IReadOnlyList<ModelledKernel> kernels = [];
        if (TimeModel.Here() is { } model) kernels = model.Record(Run);
        else Run();
        return (gpu.KernelUses.ToDictionary(k => k.Key, k => Less(k.Value, before.GetValueOrDefault(k.Key))), kernels);

        void Run()
        {
            step.Run(StepKind.AlphasFirstOrder);
            step.Run(StepKind.Weights);
        }

        static KernelUse Less(KernelUse all, KernelUse first) => new(all.Launches - first.Launches, all.Bytes - first.Bytes);
    }

    private static int Examine(TextWriter output, BackendKind kind, int number)
    {
        if (kind.Devices is not null) Write(output, "libraries", EnvironmentReport.Libraries());
        using var backend = BackendChoice.Create(kind.Devices is null ? kind.Name : $"{kind.Name}:{number}");
        var device = backend.Gpu;
        var around = new List<(string Fault, string Cure)>();
        if (device is not null)
        {
            Write(output, "GPU", EnvironmentReport.Device(device));
            Write(output, "environment", EnvironmentReport.Environment());
            // Before the tests, which take memory.
            around.AddRange(EnvironmentReport.Faults(device));
        }

        output.WriteLine($"{"operation",-42} {"by",-12} {"error",9} {"ms",9}  verdict");
        var products = device is null ? [] : ProductTest.Run(device);
        var wrong = products.Concat(SelfTest.Run(backend)).Where(v => !Show(output, v)).ToList();
        output.WriteLine();
        var faults = around.Concat(wrong.Select(v => (Fault: $"{v.Name} by {v.Library} {v.Failure ?? "is wrong"}", v.Cure)));
        foreach (var cure in faults.GroupBy(f => f.Cure, f => f.Fault))
        {
            output.WriteLine($"problem  {string.Join("; ", cure)}");
            output.WriteLine($"cure     {cure.Key}");
        }

        output.WriteLine($"verdict  {Verdict(wrong, kind.Devices is null ? kind.Name : "this GPU")}");
        return wrong.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Verdict(List<SelfTestVerdict> wrong, string where)
    {
        if (wrong.Count == 0) return $"every operation is right: searches can run on {where}";
        var failed = wrong.Count(v => v.Failure is not null);
        var parts = new[] { (Count: wrong.Count - failed, Fault: "wrong"), (Count: failed, Fault: "not computed") }
            .Where(p => p.Count > 0).Select(p => $"{p.Count} operation{(p.Count == 1 ? " is" : "s are")} {p.Fault}");
        return $"{string.Join(", ", parts)}: do not search on {where} before that is cured";
    }

    private static bool Show(TextWriter output, SelfTestVerdict v)
    {
        var verdict = v.IsRight ? "right" : v.Failure is not null ? "FAILED" : "WRONG";
        output.WriteLine($"{v.Name,-42} {v.Library,-12} {v.Error,9:0.0E+0} {v.Milliseconds,9:F2}  {verdict}");
        return v.IsRight;
    }

    private static void Write(TextWriter output, string title, IEnumerable<(string Name, string Text)> lines)
    {
        output.WriteLine(title);
        foreach (var (name, text) in lines) output.WriteLine($"  {name,-10} {text}");
        output.WriteLine();
    }
}

namespace MIOpenDarts.Cli.Tests;

/// <summary>Where ONNX Runtime's native library does not load, that is told with its cure and loses no work.</summary>
public sealed class MissingOnnxRuntimeTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public async Task A_file_is_refused_in_one_line_and_a_network_that_was_quantised_is_there()
    {
        var (program, trained, model, small) = (Copy(), tiny.In("trained"), tiny.In("model.onnx"), tiny.In("small"));
        Assert.Equal(0, Command.Run("export", trained, "--out", model).Code);
        var evaluated = await Run("evaluate", model, "--data", tiny.Data);
        Assert.Equal(1, evaluated.Code);
        Command.AssertOneLine(evaluated.Error, model, "does not load here", "install that anew", "give the folder of the run");
        var quantised = await Run("quantize", trained, "--calibration", "16", "--out", small);
        Assert.Equal(0, quantised.Code);
        Command.AssertOneLine(quantised.Error, "does not load here", "install that anew", $"{small} is done");
        Assert.Equal(0, Command.Run("evaluate", small).Code);

        Task<Outcome> Run(params string[] args) => Command.End(Command.Start("dotnet", [program, .. args]));
    }

    // The program with empty files in the place of native libraries.
    private string Copy()
    {
        var from = AppContext.BaseDirectory;
        Directory.CreateDirectory(tiny.In("program"));
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(tiny.In("program"), Path.GetFileName(file)));
        foreach (var file in Directory.GetFiles(Path.Combine(from, "runtimes"), "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(tiny.In("program"), Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
        }

        return Path.Combine(tiny.In("program"), "miopendarts.dll");
    }
}

using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>A step's kernels as the time model has them, the longest first, and the step.</summary>
internal static class ForecastTable
{
    private const int NameWidth = 44;

    /// <summary>Writes it.</summary>
    /// <param name="output">Where.</param>
    /// <param name="model">The model.</param>
    /// <param name="kernels">What it says of the step.</param>
    /// <param name="bytes">Bytes of tensors that the step moves, by kernel of ours or operation of MIOpen.</param>
    /// <param name="images">Images in its batch.</param>
    public static void Write(
        TextWriter output, TimeModel model, IReadOnlyList<ModelledKernel> kernels, IReadOnlyDictionary<string, long> bytes, int images)
    {
        var all = kernels.Sum(k => k.Microseconds);
        output.WriteLine(
            $"{"kernel",-NameWidth} {"launches",8} {"us each",9} {"ms",8} {"share",6}  {"binds",-9} {"busy",5} {"floor ms",9}");
        foreach (var k in kernels)
        {
            var floor = bytes.TryGetValue(k.Name, out var moved) && moved > 0 ? $"{Milliseconds(moved):F2}" : "";
            output.WriteLine(
                $"{Short(k.Name),-NameWidth} {k.Launches,8} {k.Microseconds / k.Launches,9:F1} {k.Microseconds / 1000,8:F2} "
                + $"{k.Microseconds / all,6:P0}  {k.Binding,-9} {k.BusyShare,5:P0} {floor,9}");
        }

        var launches = kernels.Sum(k => k.Launches);
        var (kernelTime, launchTime) = (all / 1000, launches * model.LaunchMicroseconds / 1000);
        output.WriteLine(
            $"modelled on {model.Card}: {kernelTime + launchTime:F1} ms = {kernelTime:F1} ms of kernels "
            + $"+ {launches} launches of {model.LaunchMicroseconds:F0} us; {(kernelTime + launchTime) / images:F2} ms an image");
        output.WriteLine(
            $"floor of the bytes at {model.GigabytesPerSecond:F0} GB/s: {Milliseconds(bytes.Values.Sum()):F1} ms; "
            + TimeModel.ErrorOn(model.Card));

        double Milliseconds(long moved) => moved / model.GigabytesPerSecond / 1e6;
    }

    private static string Short(string kernel) => kernel.Length <= NameWidth ? kernel : kernel[..(NameWidth - 3)] + "...";
}

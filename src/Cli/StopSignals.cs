using System.Runtime.InteropServices;

namespace MIOpenDarts.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks the search to stop after the step under way, the second is not held back any more.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private readonly Action first;

    /// <summary>Listens from now on.</summary>
    /// <param name="first">Called at the first signal, on a thread of its own.</param>
    public StopSignals(Action first)
    {
        this.first = first;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>Gives the signals back.</summary>
    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (stop.IsCancellationRequested) return;
        context.Cancel = true;
        stop.Cancel();
        first();
    }
}

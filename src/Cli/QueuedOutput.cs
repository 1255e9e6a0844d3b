using System.Text;

namespace MIOpenDarts.Cli;

/// <summary>
/// Output that whoever writes need not wait for: a thread of its own passes texts on, in their order. A launcher of MPI that has a
/// signal to pass on may first stop reading what its ranks print, and a rank that waits for its terminal makes no step and does not see
/// the signal.
/// </summary>
internal sealed class QueuedOutput : TextWriter
{
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(1);
    private readonly TextWriter target;
    private readonly int room;

    // Guards itself. A text leaves it when it is written.
    private readonly Queue<(string Text, bool EndsLine)> waiting = new();
    private long characters;
    private bool closed;

    /// <summary>Begins to pass texts on.</summary>
    /// <param name="target">Where they go; it stays the caller's. Only the thread writes to it, which keeps no process alive.</param>
    /// <param name="room">
    /// As many characters may wait before whoever writes does too: hours of lines, so that only a reader that stays away stops a run.
    /// </param>
    public QueuedOutput(TextWriter target, int room = 1 << 24)
    {
        (this.target, this.room) = (target, room);
        new Thread(PassOn) { IsBackground = true, Name = "output" }.Start();
    }

    /// <inheritdoc/>
    public override Encoding Encoding => target.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Add(value.ToString(), endsLine: false);

    /// <inheritdoc/>
    public override void Write(string? value) => Add(value ?? "", endsLine: false);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Add(new string(buffer, index, count), endsLine: false);

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Add(value ?? "", endsLine: true);

    /// <summary>Waits for what was written, for a second at most: before all ranks are ended, for example.</summary>
    public override void Flush() => Drain(FlushLimit);

    /// <summary>Waits until all is written that was written to this one, for so long at most.</summary>
    /// <param name="limit">How long; <see cref="TimeSpan.MaxValue"/> for ever.</param>
    /// <returns>Whether it is.</returns>
    public bool Drain(TimeSpan limit)
    {
        var end = limit == TimeSpan.MaxValue ? long.MaxValue : Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (waiting)
        {
            while (waiting.Count > 0)
            {
                var left = end - Environment.TickCount64;
                if (left <= 0) return false;
                Monitor.Wait(waiting, (int)Math.Min(left, int.MaxValue));
            }
        }

        return true;
    }

    /// <summary>Takes nothing more. What is left is still passed on, but not awaited.</summary>
    protected override void Dispose(bool disposing)
    {
        lock (waiting)
        {
            closed = true;
            Monitor.PulseAll(waiting);
        }

        base.Dispose(disposing);
    }

    private void Add(string text, bool endsLine)
    {
        lock (waiting)
        {
            while (characters >= room && !closed) Monitor.Wait(waiting);
            if (closed) return;
            waiting.Enqueue((text, endsLine));
            characters += text.Length;
            Monitor.PulseAll(waiting);
        }
    }

    private void PassOn()
    {
        for (; ; )
        {
            (string Text, bool EndsLine) next;
            lock (waiting)
            {
                while (waiting.Count == 0)
                {
                    if (closed) return;
                    Monitor.Wait(waiting);
                }

                next = waiting.Peek();
            }

            if (next.EndsLine) target.WriteLine(next.Text);
            else target.Write(next.Text);
            lock (waiting)
            {
                characters -= waiting.Dequeue().Text.Length;
                Monitor.PulseAll(waiting);
            }
        }
    }
}

using System.Text;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Output whose reader has stopped: nobody waits for it, and nothing of it is lost or out of order when it goes on.</summary>
public sealed class QueuedOutputTests : IDisposable
{
    private static readonly TimeSpan Forever = TimeSpan.FromMinutes(10);
    private readonly Gated target = new();

    public void Dispose() => target.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task Who_writes_does_not_wait_for_a_writer_that_blocks_and_the_order_is_kept()
    {
        using var output = new QueuedOutput(target);
        // A writer that waited would never come to open the gate.
        await Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++) output.WriteLine($"line {i}");
            output.Write('a');
            output.Write("b");
            output.Write("cd".ToCharArray(), 1, 1);
            output.WriteLine();
        }, TestContext.Current.CancellationToken);
        Assert.Equal("", target.Text);
        target.Open();
        Assert.True(output.Drain(Forever));
        Assert.Equal(
            string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}{Environment.NewLine}")) + "abd" + Environment.NewLine,
            target.Text);
    }

    [Fact]
    public void The_end_is_awaited_no_longer_than_its_limit_and_what_is_left_is_written_when_it_can_be()
    {
        using var output = new QueuedOutput(target);
        output.WriteLine("last");
        Assert.False(output.Drain(TimeSpan.FromMilliseconds(20)));
        Assert.False(output.Drain(TimeSpan.Zero));
        target.Open();
        Assert.True(output.Drain(Forever));
        Assert.Equal($"last{Environment.NewLine}", target.Text);
        Assert.True(output.Drain(TimeSpan.Zero));
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_too_much_waits_whoever_writes_waits_too_until_it_is_read()
    {
        using var output = new QueuedOutput(target, room: 4);
        output.Write("full");
        var more = Task.Run(() => output.Write("more"), TestContext.Current.CancellationToken);
        // Nothing of it can have been taken, whether the other thread has come there or not.
        Assert.False(output.Drain(TimeSpan.FromMilliseconds(20)));
        Assert.False(more.IsCompleted);
        target.Open();
        await more;
        Assert.True(output.Drain(Forever));
        Assert.Equal("fullmore", target.Text);
    }

    [Fact]
    public void Nothing_is_taken_any_more_after_the_end()
    {
        target.Open();
        var output = new QueuedOutput(target);
        output.Write("first");
        Assert.True(output.Drain(Forever));
        output.Dispose();
        output.Write("second");
        Assert.True(output.Drain(TimeSpan.Zero));
        Assert.Equal("first", target.Text);
    }

    [Fact]
    public void A_failure_of_the_standard_output_is_told_from_the_queue_too()
    {
        using var error = new StringWriter();
        using var failing = new Failing();
        using var standard = new StandardOutput(failing, error);
        using var output = new QueuedOutput(standard);
        output.WriteLine("text");
        Assert.True(output.Drain(Forever));
        Assert.Equal(1, standard.Code(0));
        Command.AssertOneLine(error.ToString(), "the standard output cannot be written (no space left); going on without it");
    }

    // Like a terminal that is full until the gate opens.
    private sealed class Gated : TextWriter
    {
        private readonly StringBuilder written = new();
        private readonly TaskCompletionSource gate = new();

        public string Text
        {
            get
            {
                lock (written) return written.ToString();
            }
        }

        public override Encoding Encoding => Encoding.UTF8;

        public void Open() => gate.SetResult();

        public override void Write(char value) => Write(value.ToString());

        public override void Write(string? value)
        {
            gate.Task.Wait();
            lock (written) written.Append(value);
        }

        public override void WriteLine(string? value) => Write(value + NewLine);
    }

    private sealed class Failing : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("no space left.");
    }
}

using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Records;
using Spectre.Console;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Search command: what it shows while it works.</summary>
public sealed class ProgressTests
{
    private static readonly StepDone Step = new(12, 1, 16, 32, 1.2345, 56.78, 812);

    [Theory]
    [InlineData(140, "epoch 2/3  step 16/32  loss 1.234  accuracy 56.8 %  812 images/s  12.0 s left", 24)]
    [InlineData(90, "epoch 2/3  step 16/32  loss 1.234  accuracy 56.8 %  812 images/s  12.0 s left", 9)]
    [InlineData(80, "epoch 2/3  step 16/32  loss 1.234  accuracy 56.8 %  12.0 s left", 13)]
    [InlineData(50, "epoch 2/3  loss 1.234  12.0 s left", 12)]
    [InlineData(25, "epoch 2/3  12.0 s left", 0)]
    [InlineData(14, "12.0 s left", 0)]
    [InlineData(7, "12.0", 0)]
    public void The_status_line_uses_the_room_there_is(int width, string text, int bar)
    {
        var fit = StatusLine.Fit(Step, 3, 12, width);
        Assert.Equal((text, bar), (fit.Text, fit.Done + fit.ToDo));
        Assert.Equal((int)(bar * 1.5 / 3), fit.Done);
    }

    [Fact]
    public void No_width_makes_a_line_that_wraps()
    {
        for (var width = 0; width < 200; width++)
        {
            var (text, done, toDo) = StatusLine.Fit(Step, 3, 4000, width);
            Assert.True(text.Length + (done + toDo == 0 ? 0 : done + toDo + 1) <= Math.Max(width - 3, 0));
        }
    }

    [Fact]
    public void A_terminal_shows_one_line_that_is_cleared_before_every_other()
    {
        using var written = new StringWriter();
        using (var view = View(written))
        {
            view.Report(Step);
            view.Print("a line");
        }

        Assert.Matches(@"^━+ epoch 2/3[^\n]*\r\u001b\[2Ka line\n━+ epoch 2/3[^\n]*\r\u001b\[2K$", written.ToString());
    }

    [Fact]
    public void A_terminal_says_what_takes_time_before_the_first_step()
    {
        using var written = new StringWriter();
        using var view = View(written);
        view.Report(new ForecastMade(0, 10_376, 1 << 20, 1, 12, 36));
        Assert.Equal("first steps …\r\u001b[2Kforecast 10,376 parameters, 1 MiB, 12.0 s an epoch, 36.0 s to go\nfirst steps …",
            written.ToString());
    }

    [Fact]
    public void The_time_left_follows_the_forecast_then_the_steps_then_the_epochs()
    {
        var eta = new Eta(epochs: 3);
        eta.See(new ForecastMade(0, 1, 1, StepSeconds: 1, EpochSeconds: 12, RemainingSeconds: 36));
        Assert.Equal(36, eta.Remaining);
        eta.See(new StepDone(5, 0, 2, 10, 1, 1, 1));
        Assert.Equal(2.8 * 12, eta.Remaining, 6);
        // Two seconds a step rather than the one that was forecast.
        eta.See(new StepDone(9, 0, 4, 10, 1, 1, 1));
        Assert.Equal(2.6 * 24, eta.Remaining, 6);
    }

    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(89, "89.0 s")]
    [InlineData(600, "10.0 min")]
    [InlineData(86400, "24.0 h")]
    public void Times_read_as_people_say_them(double seconds, string text) => Assert.Equal(text, Units.Time(seconds));

    private static ProgressView View(StringWriter written)
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(written) });
        terminal.Profile.Width = 60;
        return ProgressView.Create(new Screen(TextWriter.Null, TextWriter.Null, terminal), 3);
    }
}

using System.Text;
using System.Text.Json;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Reports;

namespace MIOpenDarts.Darts.Tests.Records;

public sealed class RunLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-log-").FullName;

    private string LogFile => Path.Combine(folder, "log.jsonl");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_back()
    {
        var events = SampleRun.Events(3);
        Write(events, resume: false);
        Assert.Equal(events.Select(Json), RunLog.Read(LogFile).Select(Json));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(null)]
    public void A_lead_is_read_back_with_and_without_a_first_draw(int? unchanged)
    {
        var record = SampleRun.Epoch(0, 1) with { Lead = new OperationLead(96, 0.01, 0.024, 0.006, 0, 28, 7, unchanged) };
        Write([SampleRun.Start(1), new EpochDone(1, record)], resume: false);
        Assert.Equal(record.Lead, Assert.IsType<EpochDone>(RunLog.Read(LogFile)[1]).Record.Lead);
    }

    [Fact]
    public void Every_line_is_an_object_that_begins_with_its_kind()
    {
        Write(SampleRun.Events(1), resume: false);
        var kinds = File.ReadAllLines(LogFile).Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject().First());
        Assert.Equal(["start", "step", "epoch", "checkpoint", "end"],
            kinds.Select(kind => kind.Name == "event" ? kind.Value.GetString() : kind.Name));
    }

    [Fact]
    public void A_log_cut_at_any_byte_of_its_last_line_gives_the_lines_before()
    {
        Write(SampleRun.Events(1), resume: false);
        var whole = File.ReadAllBytes(LogFile);
        var lastLine = Encoding.UTF8.GetString(whole).TrimEnd('\n').LastIndexOf('\n') + 1;
        for (var length = lastLine; length < whole.Length - 1; length++)
        {
            File.WriteAllBytes(LogFile, whole[..length]);
            Assert.Equal(4, RunLog.Read(LogFile).Count);
        }
    }

    [Fact]
    public void A_resume_cuts_the_torn_line_off_and_appends()
    {
        Write(SampleRun.Events(1), resume: false);
        File.AppendAllText(LogFile, "{\"event\":\"ste");
        Write([new StepDone(5, 1, 2, 3, 4, 5, 6)], resume: true);
        Assert.Equal(6, RunLog.Read(LogFile).Count);
        Assert.IsType<StepDone>(RunLog.Read(LogFile)[^1]);
    }

    [Fact]
    public void A_new_run_starts_an_empty_log()
    {
        Write(SampleRun.Events(2), resume: false);
        Write([SampleRun.Start(1)], resume: false);
        Assert.Single(RunLog.Read(LogFile));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"event\":\"party\"}")]
    [InlineData("{\"event\":\"epoch\",\"seconds\":1}")]
    [InlineData("{\"seconds\":1}")]
    public void A_foreign_line_in_the_middle_is_named(string line)
    {
        File.WriteAllText(LogFile, $"{Json(SampleRun.Start(1))}\n{line}\n{Json(new RunEnded(1, RunOutcome.Done))}\n");
        var message = Assert.Throws<InvalidDataException>(() => RunLog.Read(LogFile)).Message;
        Assert.Equal($"{LogFile}, line 2: no event of a run log; remove the line or the file", message);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_survives()
    {
        Write([new EpochDone(1, SampleRun.Epoch(0, 1) with { TrainLoss = double.NaN, ValidLoss = double.PositiveInfinity })],
            resume: false);
        var record = Assert.IsType<EpochDone>(Assert.Single(RunLog.Read(LogFile))).Record;
        Assert.Equal((double.NaN, double.PositiveInfinity), (record.TrainLoss, record.ValidLoss));
    }

    [Fact]
    public void An_epoch_repeated_after_a_resume_counts_once()
    {
        var events = SampleRun.Events(3);
        events.RemoveAt(events.Count - 1);
        events.Add(SampleRun.Start(3) with { Seconds = 40, FirstEpoch = 2 });
        events.Add(new EpochDone(60, SampleRun.Epoch(2, 3)));
        var history = SearchHistory.From(events);
        Assert.Equal([0, 1, 2], history.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal((1, null, 60), (history.Resumes, history.End, history.Seconds));
    }

    [Fact]
    public void A_log_without_a_start_is_refused() =>
        Assert.Contains("no start event", Assert.Throws<InvalidDataException>(() => SearchHistory.From([])).Message);

    private void Write(IEnumerable<RunEvent> events, bool resume)
    {
        using var log = RunLog.Open(LogFile, resume);
        foreach (var line in events) log.Write(line);
    }

    private static string Json(RunEvent line) => JsonSerializer.Serialize(line, RunLogJson.Default.RunEvent);
}

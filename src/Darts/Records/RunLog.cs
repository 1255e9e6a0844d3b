using System.Text.Json;

namespace MIOpenDarts.Darts.Records;

/// <summary>
/// The log of a run: one JSON object a line, each line flushed as a whole. A run may be killed while it writes, so a torn last line
/// is expected: reading leaves it out, and opening for a resume cuts it off before anything is appended.
/// </summary>
public sealed class RunLog : IDisposable
{
    private readonly FileStream stream;

    private RunLog(FileStream stream) => this.stream = stream;

    /// <summary>Starts a new log, or goes on with the one that is there.</summary>
    /// <param name="path">The file, usually <c>log.jsonl</c> in the run folder.</param>
    /// <param name="resume">Keep the lines that are there; otherwise the file starts empty.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static RunLog Open(string path, bool resume)
    {
        var stream = new FileStream(path, resume ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        if (resume) CutTornLine(stream);
        return new RunLog(stream);
    }

    /// <summary>Appends one event as one line and hands it to the operating system, so that killing the process cannot lose it.</summary>
    /// <exception cref="IOException">The disk is full or gone; the line may be torn.</exception>
    public void Write(RunEvent line)
    {
        ArgumentNullException.ThrowIfNull(line);
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, RunLogJson.Default.RunEvent), (byte)'\n']);
        stream.Flush();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>Reads the events of a log; a torn last line is left out.</summary>
    /// <exception cref="InvalidDataException">A line before the last one is no event; the message names file, line and cure.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<RunEvent> Read(string path)
    {
        var lines = File.ReadAllText(path).Split('\n');
        var events = new List<RunEvent>(lines.Length);
        for (var index = 0; index < lines.Length; index++)
        {
            if (string.IsNullOrWhiteSpace(lines[index])) continue;
            try
            {
                events.Add(JsonSerializer.Deserialize(lines[index], RunLogJson.Default.RunEvent)!);
            }
            catch (Exception error) when (error is JsonException or NotSupportedException)
            {
                if (lines.Skip(index + 1).All(string.IsNullOrWhiteSpace)) break;
                throw new InvalidDataException($"{path}, line {index + 1}: no event of a run log; remove the line or the file", error);
            }
        }

        return events;
    }

    private static void CutTornLine(FileStream stream)
    {
        var end = stream.Length;
        while (end > 0)
        {
            stream.Position = end - 1;
            if (stream.ReadByte() == '\n') break;
            end--;
        }

        stream.SetLength(end);
        stream.Position = end;
    }
}

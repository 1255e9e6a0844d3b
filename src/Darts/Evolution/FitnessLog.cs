using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>
/// A fitness that remembers: each line of its file is one evaluation, <c>{"genome":…,"objectives":[…],"violation":…}</c>. What a file has
/// is answered from it, so that a search that was killed goes on by being repeated. Processes that repeat the same search over one file
/// share its evaluations: each is made by one of them, which has its lock meanwhile.
/// </summary>
/// <remarks>
/// The file is opened anew for every look and every line. Between machines a network file system promises no more than that whoever opens
/// a file sees what was written before others closed it; what stays open may be minutes old, whatever lock is held beside it.
/// </remarks>
internal sealed class FitnessLog<TGenome> : IFitness<TGenome>
{
    private readonly IGenomeSpace<TGenome> space;
    private readonly IFitness<TGenome> measured;
    private readonly string path;
    private readonly Dictionary<string, Fitness> known = [];
    private readonly Lock turn = new();
    private long end;
    private int lines;

    private FitnessLog(string path, IGenomeSpace<TGenome> space, IFitness<TGenome> measured) =>
        (this.path, this.space, this.measured) = (path, space, measured);

    /// <summary>Evaluations that the file had when it was opened.</summary>
    public int Recorded { get; private set; }

    /// <summary>Whether nothing is evaluated: genomes of which one is not recorded end the search that asks for them.</summary>
    public bool OnlyGathers { get; init; }

    /// <inheritdoc/>
    public string Identity => measured.Identity;

    /// <summary>
    /// Opens a file or begins one; a last line that a kill has torn is cut off. To gather, a file that is there is read, and nothing is
    /// written.
    /// </summary>
    /// <exception cref="InvalidDataException">Another line is no evaluation; the message names file, line and cure.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static FitnessLog<TGenome> Open(
        string path, IGenomeSpace<TGenome> space, IFitness<TGenome> measured, bool onlyGathers = false)
    {
        var log = new FitnessLog<TGenome>(path, space, measured) { OnlyGathers = onlyGathers };
        if (onlyGathers)
        {
            log.Look();
            log.Recorded = log.known.Count;
            return log;
        }

        using var alone = FileLock.Await(LockOf(path, "file"));
        using var stream = log.OpenToWrite();
        log.Read(stream);
        log.Recorded = log.known.Count;
        if (log.lines == 0) log.Append(stream, new FitnessIdentity(measured.Identity), FitnessLogJson.Default.FitnessIdentity);
        return log;
    }

    /// <inheritdoc/>
    /// <exception cref="AggregateException">
    /// What was thrown by evaluations; an <see cref="OperationCanceledException"/> in it where it was stopped.
    /// </exception>
    /// <exception cref="OperationCanceledException">One is not recorded, and it only gathers.</exception>
    public void Prepare(IReadOnlyList<TGenome> genomes, int jobs, CancellationToken cancellation)
    {
        if (OnlyGathers && genomes.Any(genome => !IsKnown(space.Key(genome))))
            throw new OperationCanceledException("This generation is not evaluated.");
        SharedWork.ToEnd(
            [.. genomes.Select(genome => (Genome: genome, Key: space.Key(genome)))], jobs, Look, item => IsKnown(item.Key),
            item => LockOf(path, Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(item.Key)))),
            item => Record(item.Key, measured.Evaluate(item.Genome, cancellation)), cancellation);
    }

    /// <inheritdoc/>
    public Fitness Evaluate(TGenome genome, CancellationToken cancellation)
    {
        var key = space.Key(genome);
        return Find(key) ?? Record(key, measured.Evaluate(genome, cancellation));
    }

    /// <summary>What is recorded of a genome; null for nothing.</summary>
    public Fitness? RecordedOf(TGenome genome) => Find(space.Key(genome));

    /// <inheritdoc/>
    public string Describe(Fitness fitness) => measured.Describe(fitness);

    private static string LockOf(string path, string of) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{of}.lock");

    private bool IsKnown(string key)
    {
        lock (turn) return known.ContainsKey(key);
    }

    // What another process has found meanwhile is read first.
    private Fitness? Find(string key)
    {
        lock (turn)
        {
            if (!known.ContainsKey(key)) Look();
            return known.GetValueOrDefault(key);
        }
    }

    private void Look()
    {
        lock (turn)
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            Read(stream);
        }
    }

    private Fitness Record(string key, Fitness found)
    {
        lock (turn)
        {
            using var alone = FileLock.Await(LockOf(path, "file"));
            using var stream = OpenToWrite();
            Read(stream);
            Append(stream, new FitnessLine(key, found.Objectives, found.Violation), FitnessLogJson.Default.FitnessLine);
            known[key] = found;
        }

        return found;
    }

    // It is closed before the lock is given back, in the reverse order of the declarations.
    private FileStream OpenToWrite() => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);

    // Whole lines that are new. What follows the last of them another process writes just now, or has not written to its end.
    private void Read(FileStream stream)
    {
        // Lines that were read are never cut off. To write after a hole would lose those of others.
        if (stream.Length < end)
            throw new InvalidDataException(
                $"{path}: is shorter than what was read of it before; something else has cut it or put another in its place: give the same "
                + "command again, which goes on with what it has now");
        var bytes = new byte[stream.Length - end];
        stream.Position = end;
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var whole = bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
        end += whole;
        using var text = new StreamReader(new MemoryStream(bytes, 0, whole));
        while (text.ReadLine() is { } line) Take(line, ++lines);
    }

    private void Take(string line, int number)
    {
        try
        {
            if (number == 1)
            {
                var written = Parse(line, FitnessLogJson.Default.FitnessIdentity).Identity;
                if (written != measured.Identity)
                    throw new InvalidDataException(
                        $"{path}: has evaluations of {written}, not of {measured.Identity}; give another file, or what it was begun with");
                return;
            }

            var read = Parse(line, FitnessLogJson.Default.FitnessLine);
            known[read.Genome] = new Fitness(read.Objectives, read.Violation);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"{path}, line {number}: no evaluation; remove the line or the file"), e);
        }
    }

    // Nulls pass the reader's own check of what is required.
    private static T Parse<T>(string line, JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(line, type) is { } read
            && read is not (FitnessLine { Genome: null } or FitnessLine { Objectives: null } or FitnessIdentity { Identity: null })
            ? read
            : throw new JsonException("null");

    // With the file's lock, after everything before it was read: what still follows was torn by a kill.
    private void Append<T>(FileStream stream, T line, JsonTypeInfo<T> type)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, type), (byte)'\n'];
        if (stream.Length > end) stream.SetLength(end);
        stream.Position = end;
        stream.Write(bytes);
        // A full disk of another machine is told here, but not when the file is closed.
        stream.Flush(flushToDisk: true);
        (end, lines) = (end + bytes.Length, lines + 1);
    }
}

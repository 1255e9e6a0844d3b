using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>
/// A fitness that remembers: each line of its file is one evaluation, <c>{"genome":…,"objectives":[…],"violation":…}</c>. What a file has
/// is answered from it, so that a search that was killed goes on by being repeated.
/// </summary>
internal sealed class FitnessLog<TGenome> : IFitness<TGenome>, IDisposable
{
    private readonly IGenomeSpace<TGenome> space;
    private readonly IFitness<TGenome> measured;
    private readonly Dictionary<string, Fitness> known;
    private readonly FileStream stream;
    private readonly Lock turn = new();

    private FitnessLog(IGenomeSpace<TGenome> space, IFitness<TGenome> measured, Dictionary<string, Fitness> known, FileStream stream) =>
        (this.space, this.measured, this.known, this.stream) = (space, measured, known, stream);

    /// <summary>Evaluations that the file had when it was opened.</summary>
    public int Recorded { get; private init; }

    /// <summary>Opens a file or begins one; a last line that a kill has torn is cut off.</summary>
    /// <exception cref="InvalidDataException">Another line is no evaluation; the message names file, line and cure.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static FitnessLog<TGenome> Open(string path, IGenomeSpace<TGenome> space, IFitness<TGenome> measured)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var known = Read(path, stream, measured.Identity);
            var log = new FitnessLog<TGenome>(space, measured, known, stream) { Recorded = known.Count };
            if (stream.Position == 0) log.Write(new FitnessIdentity(measured.Identity), FitnessLogJson.Default.FitnessIdentity);
            return log;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Identity => measured.Identity;

    /// <inheritdoc/>
    public Fitness Evaluate(TGenome genome, CancellationToken cancellation)
    {
        var key = space.Key(genome);
        lock (turn)
        {
            if (known.TryGetValue(key, out var fitness)) return fitness;
        }

        var found = measured.Evaluate(genome, cancellation);
        lock (turn)
        {
            known[key] = found;
            Write(new FitnessLine(key, found.Objectives, found.Violation), FitnessLogJson.Default.FitnessLine);
        }

        return found;
    }

    /// <inheritdoc/>
    public string Describe(Fitness fitness) => measured.Describe(fitness);

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private static Dictionary<string, Fitness> Read(string path, FileStream stream, string identity)
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        stream.SetLength(end);
        var (known, number) = (new Dictionary<string, Fitness>(), 0);
        using var lines = new StreamReader(new MemoryStream(bytes, 0, end));
        while (lines.ReadLine() is { } line)
        {
            number++;
            try
            {
                if (number == 1)
                {
                    var written = Parse(line, FitnessLogJson.Default.FitnessIdentity).Identity;
                    if (written != identity)
                        throw new InvalidDataException(
                            $"{path}: has evaluations of {written}, not of {identity}; give another file, or what it was begun with");
                    continue;
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

        return known;
    }

    // Nulls pass the reader's own check of what is required.
    private static T Parse<T>(string line, JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(line, type) is { } read
            && read is not (FitnessLine { Genome: null } or FitnessLine { Objectives: null } or FitnessIdentity { Identity: null })
            ? read
            : throw new JsonException("null");

    private void Write<T>(T line, JsonTypeInfo<T> type)
    {
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, type), (byte)'\n']);
        stream.Flush();
    }
}

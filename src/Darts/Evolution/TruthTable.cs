using System.Globalization;
using System.IO.Compression;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>
/// Known results of every network of a space: a text of columns between tabulators, the first of which names the network; a file whose name
/// ends in <c>.gz</c> is compressed.
/// </summary>
internal sealed class TruthTable
{
    private readonly string path;
    private readonly string[] networks;
    private readonly Dictionary<string, int> rows = [];
    private readonly Dictionary<string, double[]> columns;

    private TruthTable(string path, string[] header, List<string[]> lines)
    {
        this.path = path;
        networks = [.. lines.Select(fields => fields[0])];
        columns = header.Skip(1).ToDictionary(name => name, _ => new double[lines.Count]);
        for (var row = 0; row < lines.Count; row++)
        {
            var fields = lines[row];
            if (fields.Length != header.Length) throw Damaged(row, $"has {fields.Length} columns, the first line has {header.Length}");
            if (!rows.TryAdd(fields[0], row)) throw Damaged(row, $"names {fields[0]} again");
            for (var column = 1; column < header.Length; column++)
            {
                columns[header[column]][row] = double.TryParse(fields[column], NumberStyles.Float, CultureInfo.InvariantCulture,
                    out var value)
                    ? value
                    : throw Damaged(row, $"has {fields[column]} for {header[column]}, which is no number");
            }
        }
    }

    /// <summary>The networks, in the order of the file.</summary>
    public IReadOnlyList<string> Networks => networks;

    /// <summary>Names of the columns of values.</summary>
    public IReadOnlyCollection<string> Columns => columns.Keys;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no such table; the message names file, line and what is wrong.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TruthTable Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionMode.Decompress)
                : file;
            using var reader = new StreamReader(plain);
            return Parse(path, reader);
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: the gzip data is damaged ({e.Message.TrimEnd('.')}); fetch the file again", e);
        }
    }

    /// <summary>All values of a column, in the order of <see cref="Networks"/>.</summary>
    /// <exception cref="InvalidDataException">There is no such column; the message lists those that are.</exception>
    public IReadOnlyList<double> Column(string name) => columns.TryGetValue(name, out var values)
        ? values
        : throw new InvalidDataException($"{path}: has no column {name}; it has {string.Join(", ", columns.Keys)}");

    /// <summary>What the table knows of a genotype: its columns in order.</summary>
    /// <exception cref="InvalidDataException">The genotype is of another space, or the table does not know it.</exception>
    public IReadOnlyList<(string Column, double Value)> Of(Genotype genotype) => genotype.NasBench201 is { } cell
        ? [.. Columns.Select(column => (column, Value(cell.Code, column)))]
        : throw new InvalidDataException($"{path}: knows cells of {CellSpace.NasBench201.Name}, not {genotype}");

    /// <summary>A value.</summary>
    /// <exception cref="InvalidDataException">There is no such network or column.</exception>
    public double Value(string network, string column) => rows.TryGetValue(network, out var row)
        ? Column(column)[row]
        : throw new InvalidDataException($"{path}: does not know the network {network}");

    private static TruthTable Parse(string path, StreamReader reader)
    {
        var header = reader.ReadLine()?.Split('\t');
        if (header is not { Length: > 1 } || header.Distinct().Count() != header.Length)
            throw new InvalidDataException(
                $"{path}: the first line has to name a network and at least one column, each once, between tabulators");
        var lines = new List<string[]>();
        while (reader.ReadLine() is { } line) lines.Add(line.Split('\t'));
        return new TruthTable(path, header, lines);
    }

    private InvalidDataException Damaged(int row, string problem) => new($"{path}, line {row + 2}: {problem}");
}
